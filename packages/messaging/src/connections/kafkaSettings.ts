import { type OAuthSettings, oauthSettings } from './oauth.ts'
import type { Supplied } from './supplied.ts'
import { type TlsSettings, tlsSettings, tlsVariables } from './tls.ts'
import { fromEnvironment, type Variables } from './variables.ts'

/** Where Kafka is, and how it knows us. Names of variables are those of Java's and librdkafka's settings, in upper case. */
export interface KafkaConnection {
  readonly brokers: readonly string[]
  /** Undefined: without TLS. */
  readonly tls?: TlsSettings | undefined
  /** Undefined: without a login. */
  readonly sasl?: Sasl | undefined
}

export type Sasl =
  | { readonly mechanism: PasswordMechanism; readonly username: Supplied; readonly password: Supplied }
  | ({ readonly mechanism: 'OAUTHBEARER' } & OAuthSettings)

export type PasswordMechanism = (typeof passwordMechanisms)[number]

const passwordMechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const
const mechanisms = [...passwordMechanisms, 'OAUTHBEARER'] as const
const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const

/** `KAFKA_BROKERS`, `KAFKA_SECURITY_PROTOCOL`, and what that one asks for. */
export const kafkaSettings = fromEnvironment((variables) => ({ kafka: readKafka(variables) }))

function readKafka(variables: Variables): KafkaConnection {
  const brokers = readBrokers(variables)
  const protocol = variables.choice('KAFKA_SECURITY_PROTOCOL', protocols) ?? 'PLAINTEXT'
  const [hasLogin, hasTls] = [protocol.startsWith('SASL_'), protocol.endsWith('SSL')]
  if (!hasTls) refuseUseless(variables, tlsVariables('KAFKA_SSL'), 'SASL_SSL or SSL')
  if (!hasLogin) refuseUseless(variables, saslVariables, 'SASL_SSL or SASL_PLAINTEXT')
  return {
    brokers,
    tls: hasTls ? tlsSettings(variables, 'KAFKA_SSL') : undefined,
    sasl: hasLogin ? readSasl(variables) : undefined,
  }
}

function readBrokers({ text, wrong }: Variables): string[] {
  const brokers = (text('KAFKA_BROKERS') ?? '').split(',').map((broker) => broker.trim())
  if (brokers.some((broker) => !/^[^\s/@]+:\d+$/.test(broker)))
    wrong('KAFKA_BROKERS', 'one host:port or several, with commas between them')
  return brokers
}

const saslVariables = [
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'KAFKA_SASL_OAUTHBEARER_TOKEN',
  'KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL',
]

/** Whoever sets a password and forgets the protocol would be let in nowhere, or, worse, without it. */
function refuseUseless({ text, wrong }: Variables, names: readonly string[], protocol: string): void {
  for (const name of names)
    if (text(name) !== undefined) wrong(name, `has a meaning only with KAFKA_SECURITY_PROTOCOL=${protocol}`)
}

function readSasl(variables: Variables): Sasl {
  const mechanism = variables.choice('KAFKA_SASL_MECHANISM', mechanisms)
  if (mechanism === 'OAUTHBEARER') return { mechanism, ...oauthSettings(variables, 'KAFKA_SASL_OAUTHBEARER') }
  if (mechanism === undefined) variables.wrong('KAFKA_SASL_MECHANISM', `is needed: one of ${mechanisms.join(', ')}`)
  return {
    mechanism: mechanism ?? 'PLAIN',
    username: variables.needed('KAFKA_SASL_USERNAME'),
    password: variables.needed('KAFKA_SASL_PASSWORD'),
  }
}
