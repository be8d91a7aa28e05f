import { silentLog } from '@petrel/messaging'
import { processRegistry } from '@petrel/messaging/metrics'
import type { TestSystem } from '../../../../test/support/stack.ts'
import { client, type LoginProvider, startLoginProvider } from '../access/testing/loginProvider.ts'
import { secret } from '../access/testing/signing.ts'
import { startConsole } from '../console.ts'
import { settingsSchema } from '../settings.ts'

export interface ConsoleWithLogin extends AsyncDisposable {
  readonly url: string
  readonly provider: LoginProvider
}

/** Another console of a system, on its console's port, where one signs in at a real provider. Nobody has a role there yet. */
export async function consoleWithLogin(system: TestSystem): Promise<ConsoleWithLogin> {
  const url = `http://127.0.0.1:${system.ports.console}`
  const provider = await startLoginProvider({ redirectUri: `${url}/auth/callback`, postLogoutUri: `${url}/auth/signed-out` })
  const settings = settingsSchema.parse({
    ...(await system.env('console')),
    CONSOLE_PORT: String(system.ports.console),
    CONSOLE_URL: url,
    CONSOLE_OIDC_ISSUER: provider.issuer,
    CONSOLE_OIDC_CLIENT_ID: client.id,
    CONSOLE_OIDC_CLIENT_SECRET: client.secret,
    CONSOLE_SESSION_SECRET: secret,
  })
  const started = await startConsole({ settings, log: silentLog, registry: processRegistry('console') })
  return {
    url: started.url,
    provider,
    async [Symbol.asyncDispose]() {
      await started.close()
      await provider[Symbol.asyncDispose]()
    },
  }
}
