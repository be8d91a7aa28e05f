import { z } from 'zod'
import { Problem } from './problem.ts'

const error = 'must be the number of a port, 1 to 65535'
const port = (standard: number) =>
  z.coerce.number({ error }).int({ error }).min(1, { error }).max(65_535, { error }).default(standard)

const Settings = z.object({
  CLIENT_UI_PORT: port(8080),
  PAYMENT_GATEWAY_PORT: port(8070),
  LOYALTY_PORT: port(8060),
  CONSOLE_PORT: port(8090),
  MAILBOX_PORT: port(8025),
  SMTP_PORT: port(18_025),
  KAFKA_PORT: port(19_092),
  KAFKA_CONTROLLER_PORT: port(19_093),
  REGISTRY_PORT: port(18_081),
  POSTGRES_PORT: port(15_432),
  PROMETHEUS_PORT: port(9090),
  WATCH_PORT: port(9091),
  KAFKA_BROKERS: z.string().min(1).optional(),
  SCHEMA_REGISTRY_URL: z.url().optional(),
  DATABASE_URL: z.url().optional(),
})

/** Where everything listens, and what runs elsewhere. */
export type Settings = z.infer<typeof Settings> & {
  /** What Kafka and a registry elsewhere want besides their addresses: variables of docs/guides/connections.md. */
  readonly connections: Readonly<Record<string, string>>
}

const aboutConnections = /^(KAFKA_(SECURITY_PROTOCOL|SASL_|SSL_)|SCHEMA_REGISTRY_(USERNAME|PASSWORD|BEARER_TOKEN|SSL_))/

/** @throws Problem naming each variable that cannot be used. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const result = Settings.safeParse(env)
  if (result.success) return { ...result.data, connections: connectionsIn(env) }
  throw new Problem(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'))
}

function connectionsIn(env: NodeJS.ProcessEnv): Record<string, string> {
  const found = Object.entries(env).filter(([name, text]) => aboutConnections.test(name) && text !== undefined)
  return Object.fromEntries(found) as Record<string, string>
}
