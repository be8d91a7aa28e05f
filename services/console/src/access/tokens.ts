import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { Claims, Provider } from './provider.ts'

/** A program's token is not accepted; the message says why. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused'
}

/** @returns what a token says of whoever sends it. @throws TokenRefused, Problem 503 when the provider does not answer */
export type CheckToken = (token: string) => Promise<Claims>

/** Signed with the provider's own key. With a secret that we share with it, we could be told anything by whoever knows it. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
/** Clocks differ. */
const toleranceSeconds = 5
const answersWithinMs = 10_000

/**
 * Checks tokens that a provider gives to programs (JWT, RFC 9068): its signature by its published keys, that it is the issuer, that
 * the token is for us, and that it is not over. The keys are read once, and again when a token names one that is not among them.
 */
export function tokenCheck(provider: Pick<Provider, 'keys' | 'away'>, audience: string): CheckToken {
  let keySet: JWTVerifyGetKey | undefined
  return async (token) => {
    const { issuer, jwksUri } = await provider.keys()
    keySet ??= createRemoteJWKSet(jwksUri, { timeoutDuration: answersWithinMs })
    const expected = { issuer, audience, algorithms, clockTolerance: toleranceSeconds, requiredClaims: ['sub', 'exp'] }
    try {
      const { payload } = await jwtVerify(token, keySet, expected)
      return { ...payload, sub: payload.sub ?? '' }
    } catch (error) {
      if (!isAboutToken(error)) throw provider.away(error)
      throw new TokenRefused(reasonOf(error), { cause: error })
    }
  }
}

/** Anything else is about the way to the keys. */
const isAboutToken = (error: unknown): error is errors.JOSEError =>
  error instanceof errors.JOSEError &&
  !['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JWK_INVALID'].includes(error.code)

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it is over'
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim ${error.claim} is not what this console needs`
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'it is no signed JWT'
  return 'the login provider has not signed it'
}
