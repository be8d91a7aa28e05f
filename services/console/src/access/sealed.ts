import { createHash, hkdfSync } from 'node:crypto'
import { EncryptJWT, errors, jwtDecrypt } from 'jose'
import type { z } from 'zod'

/** Seals what browsers keep for us: nobody reads or changes it, and it ends by itself. Several instances share the secret. */
export interface Seal {
  /** @param seconds after which it cannot be opened any more */
  close(content: object, purpose: string, seconds: number): Promise<string>
  /** @returns undefined when it is not ours, was changed, is for another purpose, or is over */
  open<S extends z.ZodType>(sealed: string, purpose: string, schema: S): Promise<z.infer<S> | undefined>
}

/** @param secrets the first closes, and all of them open: so a secret can be changed without anybody signing in again */
export function sealWith(secrets: readonly [string, ...string[]]): Seal {
  const keys = new Map(secrets.map((secret) => [idOf(secret), derived(secret, 'seal')]))
  const [newest] = secrets
  return {
    close: (content, purpose, seconds) =>
      new EncryptJWT({ content })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: idOf(newest) })
        .setAudience(purpose)
        .setIssuedAt()
        .setExpirationTime(`${seconds}s`)
        .encrypt(keys.get(idOf(newest)) ?? new Uint8Array()),

    async open(sealed, purpose, schema) {
      try {
        const { payload } = await jwtDecrypt(sealed, ({ kid = '' }) => keyNamed(keys, kid), {
          audience: purpose,
          requiredClaims: ['exp'],
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        })
        return schema.safeParse(payload['content']).data
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined
        throw error
      }
    },
  }
}

function keyNamed(keys: ReadonlyMap<string, Uint8Array>, id: string): Uint8Array {
  const key = keys.get(id)
  if (key === undefined) throw new errors.JWEDecryptionFailed()
  return key
}

/** One secret has a key for each use (RFC 5869). */
const derived = (secret: string, use: string) => new Uint8Array(hkdfSync('sha256', secret, '', `petrel console ${use}`, 32))
/** Which secret it was, without saying what it is. */
const idOf = (secret: string) => createHash('sha256').update(derived(secret, 'name')).digest('base64url').slice(0, 8)
