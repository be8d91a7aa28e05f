import { silentLog } from '@petrel/messaging'
import { vi } from 'vitest'
import { type Guarded, startGuarded } from './guarded.ts'
import { client, type LoginProvider, program, startLoginProvider } from './loginProvider.ts'

/** With which sessions are sealed. */
export const secret = 'the secret of a test that is longer than 32 characters'

export interface Signing extends AsyncDisposable {
  readonly provider: LoginProvider
  readonly guarded: Guarded
  /** What it has warned of. */
  readonly warnings: readonly unknown[][]
}

interface SigningOptions {
  readonly settings?: Readonly<Record<string, string>>
  readonly hasClaimsApart?: boolean
}

/** A console with a login, and a provider where ada is an operator, grace an admin, bob a reader, and the program an operator. */
export async function signing({ settings = {}, hasClaimsApart = false }: SigningOptions = {}): Promise<Signing> {
  const warn = vi.fn<typeof silentLog.warn>()
  let provider: LoginProvider | undefined
  const guarded = await startGuarded(
    async (url) => {
      provider = await startLoginProvider({
        redirectUri: `${url}/auth/callback`,
        postLogoutUri: `${url}/auth/signed-out`,
        hasClaimsApart,
      })
      return {
        CONSOLE_URL: url,
        CONSOLE_OIDC_ISSUER: provider.issuer,
        CONSOLE_OIDC_CLIENT_ID: client.id,
        CONSOLE_OIDC_CLIENT_SECRET: client.secret,
        CONSOLE_OIDC_ROLES_CLAIM: 'roles',
        CONSOLE_OPERATORS: 'petrel-operators, on-call',
        CONSOLE_SESSION_SECRET: secret,
        ...settings,
      }
    },
    { ...silentLog, warn },
  )
  if (provider === undefined) throw new Error('it was started above')
  const started = provider
  started.roles.set('bob', ['reader']).set('ada', ['tea-lovers', 'on-call']).set('grace', ['admin']).set(program.id, ['on-call'])
  return {
    provider: started,
    guarded,
    warnings: warn.mock.calls,
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]()
      await guarded[Symbol.asyncDispose]()
    },
  }
}
