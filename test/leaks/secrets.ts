import { readFile } from 'node:fs/promises'
import { allServices } from '../../deploy/local/processes/serviceProcess.ts'
import { PETREL } from '../../deploy/local/shop/connections.ts'
import { ADMINISTRATOR } from '../../deploy/local/stack/security.ts'
import type { StackAddresses } from '../../deploy/local/stack/stack.ts'

/** What a wrong password looks like here: whoever is refused with it must not repeat it. */
export const wrong = (where: string) => `planted-wrong-${where}-password-0123456789`

/** Settings that take a secret, each with a wrong one, and the service that is started with it. */
export const impostors: Readonly<Record<string, { readonly service: string; readonly env: Readonly<Record<string, string>> }>> = {
  kafka: { service: 'sales', env: { KAFKA_SASL_PASSWORD_FILE: '', KAFKA_SASL_PASSWORD: wrong('kafka') } },
  plain: {
    service: 'stock',
    env: { KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_PASSWORD_FILE: '', KAFKA_SASL_PASSWORD: wrong('plain') },
  },
  registry: { service: 'billing', env: { SCHEMA_REGISTRY_PASSWORD_FILE: '', SCHEMA_REGISTRY_PASSWORD: wrong('registry') } },
  bearer: {
    service: 'loyalty',
    env: { SCHEMA_REGISTRY_USERNAME: '', SCHEMA_REGISTRY_PASSWORD_FILE: '', SCHEMA_REGISTRY_BEARER_TOKEN: wrong('bearer') },
  },
  database: { service: 'shipping', env: { DATABASE_PASSWORD_FILE: '', DATABASE_PASSWORD: wrong('database') } },
  databaseUrl: {
    service: 'sales',
    env: { DATABASE_PASSWORD_FILE: '', DATABASE_URL: `postgresql://sales:${wrong('url')}@127.0.0.1:1/petrel` },
  },
  // Settings that are wrong altogether: what is said of them must not repeat them either.
  settings: { service: 'email', env: { SMTP_URL: `wrong://shop:${wrong('smtp-url')}@127.0.0.1:25` } },
  gateway: { service: 'billing', env: { PAYMENT_GATEWAY_URL: `http://bank:${wrong('gateway')}%@127.0.0.1:1` } },
  session: {
    service: 'console',
    env: {
      CONSOLE_PORT: '0',
      CONSOLE_OIDC_ISSUER: 'https://127.0.0.1:1',
      CONSOLE_OIDC_CLIENT_ID: 'petrel',
      CONSOLE_OIDC_CLIENT_SECRET: wrong('oidc'),
      CONSOLE_SESSION_SECRET: wrong('session'),
    },
  },
}

/** For every process: what it sends with its secrets, to a collector. */
export const planted = (collectorUrl: string): Readonly<Record<string, string>> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=${wrong('otlp')}`,
})

const nobody = 'http://127.0.0.1:1'

/** Where nobody takes it. */
export const plantedInVain = planted(nobody)

/** The console's own. It tells somebody who takes it, and somebody who does not. */
export const plantedAtConsole = (hookUrl: string): Readonly<Record<string, string>> => ({
  CONSOLE_PORT: '0',
  CONSOLE_WEBHOOKS: JSON.stringify(
    [nobody, hookUrl].map((url) => ({ url: url.replace('://', `://hook:${wrong('hook')}@`), secret: wrong('signature') })),
  ),
  CONSOLE_CHECKS: JSON.stringify([{ name: 'nobody', url: `http://check:${wrong('check')}@127.0.0.1:1/`, everySeconds: 5 }]),
})

/** The true passwords of a stack with closed doors. */
export async function passwordsOf({ access, databaseUrl }: StackAddresses): Promise<string[]> {
  if (access === undefined) throw new Error('This stack has no passwords.')
  const users = [...allServices(), PETREL, ADMINISTRATOR]
  const files = users.flatMap((user) => {
    const { KAFKA_SASL_PASSWORD_FILE, SCHEMA_REGISTRY_PASSWORD_FILE } = access.environmentOf(user)
    return [KAFKA_SASL_PASSWORD_FILE, SCHEMA_REGISTRY_PASSWORD_FILE].filter((file) => file !== undefined)
  })
  const read = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  return [...read, ...users.map((user) => access.databasePassword(user)), new URL(databaseUrl).password].filter(Boolean)
}
