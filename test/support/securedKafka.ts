import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JARS } from '../../deploy/local/folders.ts'
import { type Authority, type Certificate, certificateAuthority } from '../../deploy/local/stack/certificates.ts'
import { ensureJars } from '../../deploy/local/stack/jars.mjs'
import { findJava } from '../../deploy/local/stack/java.ts'
import { startKafka } from '../../deploy/local/stack/kafka.ts'
import { setKafkaPassword } from '../../deploy/local/stack/kafkaPassword.ts'
import { freePorts } from '../../deploy/local/stack/ports.ts'

/** A Kafka of a test's own, with one listener for each way of being let in. */
export interface SecuredKafka {
  readonly authority: Authority
  /** What the brokers show. */
  readonly certificate: Certificate
  /** `host:port` of each listener. */
  readonly listeners: Readonly<Record<Listener, string>>
  /** Where its files are; a test may put its own there. */
  readonly folder: string
  /** Kafka's own tool (ConfigCommand) gives a user another password, with SCRAM-SHA-512. */
  setPassword(user: string, password: string): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** `plain` asks nobody; `tls` shows a certificate, `mutual` wants one, `login` wants a login over TLS, `clear` one without. */
export type Listener = (typeof listeners)[number]

const listeners = ['plain', 'tls', 'mutual', 'login', 'clear'] as const

const protocols: Record<Listener, string> = {
  plain: 'PLAINTEXT',
  tls: 'SSL',
  mutual: 'SSL',
  login: 'SASL_SSL',
  clear: 'SASL_PLAINTEXT',
}

export interface SecuredKafkaOptions {
  /** With PLAIN. */
  readonly plainUsers?: Readonly<Record<string, string>>
  /** With SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly scramUsers?: Readonly<Record<string, string>>
  /** Where the keys are that tokens are signed with (JWKS), who signs them and for whom. */
  readonly tokens?: { readonly jwksUrl: string; readonly issuer: string; readonly audience: string }
  /** After how many milliseconds a password has to be shown again. Default: never. */
  readonly loginLastsMs?: number
  /** Default: one for this machine. */
  readonly certificate?: (authority: Authority) => Promise<Certificate>
}

/** Starts it; certificates are made on the spot. */
export async function securedKafka(options: SecuredKafkaOptions = {}): Promise<SecuredKafka> {
  const folder = await mkdtemp(join(tmpdir(), 'petrel-secured-'))
  const authority = await certificateAuthority('Petrel test CA')
  const issue = options.certificate ?? (({ issue }) => issue({ name: 'kafka', hosts: ['127.0.0.1', 'localhost'] }))
  const certificate = await issue(authority)
  await writeFile(join(folder, 'ca.pem'), authority.ca)
  await writeFile(join(folder, 'server.pem'), `${certificate.key}${certificate.cert}`, { mode: 0o600 })
  const [java, jars] = [await findJava(), await ensureJars(JARS, { print: () => {}, during: (_, work) => work })]
  const [port = 0, controllerPort = 0, ...others] = await freePorts(2 + listeners.length - 1)
  const addresses = Object.fromEntries(
    listeners.map((listener, index) => [listener, `127.0.0.1:${[port, ...others][index]}`]),
  ) as Record<Listener, string>
  const kafka = await startKafka({
    java,
    jars,
    dataDir: join(folder, 'kafka'),
    logsDir: folder,
    port,
    controllerPort,
    properties: properties(folder, addresses, `127.0.0.1:${controllerPort}`, options),
    users: Object.entries(options.scramUsers ?? {}).flatMap(([name, password]) =>
      ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((mechanism) => `${mechanism}=[name=${name},password=${password}]`),
    ),
    // Without it Kafka fetches keys from nowhere.
    jvm: options.tokens === undefined ? [] : [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${options.tokens.jwksUrl}`],
  }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true })
    throw error
  })
  return {
    authority,
    certificate,
    listeners: addresses,
    folder,
    setPassword: (user, password) =>
      setKafkaPassword({ java, jars, broker: addresses.plain, properties: {}, folder }, user, password),
    async [Symbol.asyncDispose]() {
      await kafka.stop()
      await rm(folder, { recursive: true })
    },
  }
}

const module = (name: string, more = '') => `org.apache.kafka.common.security.${name} required${more};`

const passwords = 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512'

function properties(
  folder: string,
  addresses: Readonly<Record<Listener, string>>,
  controller: string,
  { plainUsers = {}, tokens, loginLastsMs }: SecuredKafkaOptions,
): Record<string, string> {
  const all = listeners.map((listener) => `${listener.toUpperCase()}://${addresses[listener]}`).join(',')
  const users = Object.entries(plainUsers).map(([name, password]) => ` user_${name}="${password}"`)
  const login = (listener: Listener, mechanisms: string) => ({
    [`listener.name.${listener}.sasl.enabled.mechanisms`]: mechanisms,
    [`listener.name.${listener}.plain.sasl.jaas.config`]: module('plain.PlainLoginModule', users.join('')),
    [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`]: module('scram.ScramLoginModule'),
    [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`]: module('scram.ScramLoginModule'),
  })
  return {
    listeners: `${all},CONTROLLER://${controller}`,
    'advertised.listeners': all,
    'inter.broker.listener.name': 'PLAIN',
    'listener.security.protocol.map': [
      'CONTROLLER:PLAINTEXT',
      ...listeners.map((listener) => `${listener.toUpperCase()}:${protocols[listener]}`),
    ].join(','),
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(folder, 'server.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(folder, 'ca.pem'),
    'listener.name.mutual.ssl.client.auth': 'required',
    ...(loginLastsMs !== undefined && { 'connections.max.reauth.ms': String(loginLastsMs) }),
    ...login('login', tokens === undefined ? passwords : `${passwords},OAUTHBEARER`),
    ...login('clear', passwords),
    ...(tokens !== undefined && bearer('login', module('oauthbearer.OAuthBearerLoginModule'), tokens)),
  }
}

const bearer = (
  listener: Listener,
  module: string,
  { jwksUrl, issuer, audience }: NonNullable<SecuredKafkaOptions['tokens']>,
) => ({
  [`listener.name.${listener}.oauthbearer.sasl.jaas.config`]: module,
  [`listener.name.${listener}.oauthbearer.sasl.server.callback.handler.class`]:
    'org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler',
  // The default of Kafka 4.1.1 reads a token as a client does, and checks no signature; with the mechanism in its name this is not read.
  [`listener.name.${listener}.sasl.oauthbearer.jwt.validator.class`]:
    'org.apache.kafka.common.security.oauthbearer.BrokerJwtValidator',
  [`listener.name.${listener}.oauthbearer.sasl.oauthbearer.jwks.endpoint.url`]: jwksUrl,
  [`listener.name.${listener}.oauthbearer.sasl.oauthbearer.expected.issuer`]: issuer,
  [`listener.name.${listener}.oauthbearer.sasl.oauthbearer.expected.audience`]: audience,
})
