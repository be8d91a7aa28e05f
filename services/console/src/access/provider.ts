import type { Log } from '@petrel/messaging'
import { Problem } from '@petrel/pages'
import * as openid from 'openid-client'
import { isLoopback } from './host.ts'
import { valuesAt } from './roles.ts'

export interface ProviderOptions {
  readonly issuer: URL
  readonly clientId: string
  /** A public client has none: PKCE is all that it has. */
  readonly clientSecret: string | undefined
  /** Where the provider sends people back to. */
  readonly redirectUri: URL
  /** Which claim has the roles: some providers have it only where one asks for the user. */
  readonly rolesClaim: string
  readonly log: Log
}

/** What has to be remembered while somebody is at the provider. */
export interface Attempt {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string }

/** As people are known to each other; `sub` alone is unique, and says nothing. */
export function nameOf(claims: Claims): string {
  const names = [claims['email'], claims['preferred_username'], claims['name']]
  return names.find((name): name is string => typeof name === 'string' && name !== '') ?? claims.sub
}

/** Somebody's login did not come to a good end: for whom it is, they may try again. */
export class LoginFailed extends Error {
  override readonly name = 'LoginFailed'
}

/** Where people sign in (https://openid.net/specs/openid-connect-core-1_0.html): code flow with PKCE. */
export interface Provider {
  /** @throws Problem 503 when it does not answer */
  begin(): Promise<{ readonly url: URL; readonly attempt: Attempt }>
  /** @param answer where the provider has sent the browser. @throws LoginFailed, Problem 503 */
  finish(answer: URL, attempt: Attempt): Promise<Claims>
  /** Where one signs out there as well; undefined when it has no such place. */
  signOut(back: URL): Promise<URL | undefined>
  /** By which name it signs, and where its keys are. @throws Problem 503 */
  keys(): Promise<{ readonly issuer: string; readonly jwksUri: URL }>
  /** What is answered when it does not answer as it should. */
  away(error: unknown): Problem
}

const answersWithinSeconds = 10
const scope = 'openid profile email'

/** It may be away when the console starts: it is asked who it is when somebody signs in, until it has answered once. */
export function openProvider(options: ProviderOptions): Provider {
  const { redirectUri, rolesClaim, log } = options
  let known: Promise<openid.Configuration> | undefined
  const configuration = async () => {
    known ??= discover(options)
    try {
      return await known
    } catch (error) {
      known = undefined
      throw away(error, options, log)
    }
  }

  return {
    async begin() {
      const attempt = {
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        verifier: openid.randomPKCECodeVerifier(),
      }
      const url = openid.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri.href,
        scope,
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(attempt.verifier),
        code_challenge_method: 'S256',
      })
      return { url, attempt }
    },

    async finish(answer, { state, nonce, verifier }) {
      const config = await configuration()
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true }
      try {
        const tokens = await openid.authorizationCodeGrant(config, answer, checks)
        const claims: Claims = tokens.claims() ?? noToken()
        const isAll = valuesAt(claims, rolesClaim).length > 0 && nameOf(claims) !== claims.sub
        if (isAll || config.serverMetadata().userinfo_endpoint === undefined) return claims
        return { ...(await openid.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims }
      } catch (error) {
        if (isAway(error)) throw away(error, options, log)
        throw new LoginFailed(`The login provider’s answer was not accepted: ${reasonOf(error)}`, { cause: error })
      }
    },

    async signOut(back) {
      const config = await configuration()
      if (config.serverMetadata().end_session_endpoint === undefined) return undefined
      return openid.buildEndSessionUrl(config, { post_logout_redirect_uri: back.href })
    },

    async keys() {
      const { issuer, jwks_uri: jwksUri } = (await configuration()).serverMetadata()
      if (jwksUri === undefined) throw away(new Error('It publishes no keys (jwks_uri).'), options, log)
      return { issuer, jwksUri: new URL(jwksUri) }
    },

    away: (error) => away(error, options, log),
  }
}

async function discover({ issuer, clientId, clientSecret }: ProviderOptions): Promise<openid.Configuration> {
  // The settings take http for this machine only.
  const insecure = isLoopback(issuer.hostname) ? [openid.allowInsecureRequests] : []
  return openid.discovery(
    issuer,
    clientId,
    undefined,
    clientSecret === undefined ? openid.None() : openid.ClientSecretBasic(clientSecret),
    {
      // The token comes from the provider itself, through TLS; its signature is checked all the same.
      execute: [openid.enableNonRepudiationChecks, ...insecure],
      timeout: answersWithinSeconds,
    },
  )
}

function noToken(): never {
  throw new Error('it has no ID token')
}

/** What fetch throws, and an answer of 500 and more: it is nobody's fault here. */
function isAway(error: unknown): boolean {
  if (error instanceof TypeError && error.message === 'fetch failed') return true
  const { status, code, cause } = error as { status?: unknown; code?: unknown; cause?: unknown }
  if (typeof status === 'number' && status >= 500) return true
  if (code === 'OAUTH_TIMEOUT') return true
  return cause instanceof Error && isAway(cause)
}

function away(error: unknown, { issuer }: ProviderOptions, log: Log): Problem {
  log.warn({ err: error, issuer: issuer.href }, 'the login provider does not answer as it should')
  return new Problem(
    {
      status: 503,
      title: 'The login provider does not answer',
      detail: `Nobody can sign in until ${issuer.origin} does. Whoever has signed in goes on.`,
      retryAfter: 5,
    },
    { cause: error },
  )
}

/** Of OAuth's own errors the name, for example `access_denied`; of others what they say. */
function reasonOf(error: unknown): string {
  const { error: name, message } = error as { error?: unknown; message?: unknown }
  return typeof name === 'string' ? name : String(message)
}
