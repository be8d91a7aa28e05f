import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../../../../test/support/eventually.ts'
import { type Listener, securedKafka, type SecuredKafka } from '../../../../../test/support/securedKafka.ts'
import { tokenServer, type TokenServer } from '../../../../../test/support/tokenServer.ts'
import { kafkaSettings } from '../../connections/kafkaSettings.ts'
import { NotLetIn, notLetIn } from '../../connections/notLetIn.ts'
import type { Log } from '../../log.ts'
import { readEnvironment } from '../../settings.ts'
import { collect, numbered, record, recordingListener } from '../conformance/fixture.ts'
import { type Broker, BrokerUnavailable } from '../port.ts'
import { kafkajsBroker } from './broker.ts'

let kafka: SecuredKafka
let tokens: TokenServer
const files = new Map<string, string>()
const brokers: Broker[] = []
let said: { level: string; text: string }[] = []

beforeAll(async () => {
  // Their life in seconds: short, so that the test sees them renewed.
  tokens = await tokenServer(10)
  tokens.clients.set('sales', 'client secret: ü+%')
  kafka = await securedKafka({ plainUsers: { sales: 'plain secret' }, scramUsers: { sales: 'scram-secret' }, tokens })
  await file('ca.pem', kafka.authority.ca)
})
afterAll(async () => {
  await Promise.all(brokers.map((broker) => broker.close()))
  await kafka[Symbol.asyncDispose]()
  await tokens[Symbol.asyncDispose]()
})

async function file(name: string, content: string): Promise<string> {
  const path = join(kafka.folder, `test-${name}`)
  await writeFile(path, content)
  files.set(name, path)
  return path
}

function logInto(lines: typeof said): Log {
  const write = (level: string) => (_: object, text: string) => void lines.push({ level, text })
  return { debug: () => {}, info: write('info'), warn: write('warn'), error: write('error') }
}

/** Opens a broker as a service does: from its environment. `said` is what this one logs. */
function open(listener: Listener, environment: Record<string, string>): Broker {
  said = []
  const { kafka: connection } = readEnvironment(kafkaSettings, { KAFKA_BROKERS: kafka.listeners[listener], ...environment })
  const broker = kafkajsBroker({ ...connection, clientId: 'secured', log: logInto(said) })
  brokers.push(broker)
  return broker
}

const tls = (more: Record<string, string> = {}) => ({
  KAFKA_SECURITY_PROTOCOL: 'SSL',
  KAFKA_SSL_CA_FILE: files.get('ca.pem') ?? '',
  ...more,
})
const login = (mechanism: string, password: string, more: Record<string, string> = {}) => ({
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SSL_CA_FILE: files.get('ca.pem') ?? '',
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: 'sales',
  KAFKA_SASL_PASSWORD: password,
  ...more,
})
const bearer = (more: Record<string, string>) => ({
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SSL_CA_FILE: files.get('ca.pem') ?? '',
  KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
  ...more,
})

let topics = 0

/** Administration, publishing, a group, and reading without one: each has connections of its own. */
async function expectWholeUse(broker: Broker): Promise<void> {
  const topic = `secured-${(topics += 1)}`
  await broker.admin.createTopics([{ topic, partitions: 1, config: {} }])
  const { listener, values } = recordingListener()
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener })
  await broker.publish(numbered(3).map((value) => record(topic, 0, value)))
  await eventually(() => expect(values()).toEqual(numbered(3)))
  await subscription.commit([{ topic, partition: 0, offset: 3n }])
  expect(await collect(broker.admin.read(topic))).toHaveLength(3)
  await subscription.stop()
  expect(errors()).toEqual([])
}

const errors = () => said.filter(({ level }) => level === 'error')

test('over TLS, with a CA of our own', async () => {
  await expectWholeUse(open('tls', tls()))
})

test('over TLS, with a certificate of our own', async () => {
  const { cert, key } = await kafka.authority.issue({ name: 'sales' })
  const [certFile, keyFile] = [await file('cert.pem', cert), await file('key.pem', key)]
  await expectWholeUse(open('mutual', tls({ KAFKA_SSL_CERT_FILE: certFile, KAFKA_SSL_KEY_FILE: keyFile })))
})

test.for(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('with a password, by %s', async (mechanism) => {
  await expectWholeUse(open('login', login(mechanism, mechanism === 'PLAIN' ? 'plain secret' : 'scram-secret')))
})

test('with a password and without TLS', async () => {
  const { KAFKA_SSL_CA_FILE: _, ...environment } = login('SCRAM-SHA-512', 'scram-secret')
  await expectWholeUse(open('clear', { ...environment, KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT' }))
})

test('with a token of a file, of which the broker knows the signer', async () => {
  const path = await file('token', tokens.tokenFor('sales', 600))
  await expectWholeUse(open('login', bearer({ KAFKA_SASL_OAUTHBEARER_TOKEN_FILE: path })))
})

const endpoint = () =>
  bearer({
    KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: tokens.tokenUrl,
    KAFKA_SASL_OAUTHBEARER_CLIENT_ID: 'sales',
    KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: 'client secret: ü+%',
  })

test('with tokens of an endpoint, each renewed before it ends, while a consumer stays in its group', async () => {
  const broker = open('login', endpoint())
  await expectWholeUse(broker)
  const topic = 'renewed'
  await broker.admin.createTopics([{ topic, partitions: 1, config: {} }])
  const { listener, values, assignments } = recordingListener()
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener })
  const before = tokens.given()
  const sent: string[] = []
  await eventually(
    async () => {
      const value = String(sent.length)
      await broker.publish([record(topic, 0, value)])
      sent.push(value)
      expect(tokens.given()).toBeGreaterThanOrEqual(before + 2)
    },
    { withinMs: 90_000, everyMs: 250 },
  )
  await eventually(() => expect(values()).toEqual(sent))
  expect(assignments).toHaveLength(1)
  expect(errors()).toEqual([])
  await subscription.stop()
})

test('a password that changes at the broker and in the file, in any order, under load costs no record', async () => {
  const password = await file('rotated', 'first')
  await using rotated = await securedKafka({ scramUsers: { sales: 'first' }, loginLastsMs: 3_000 })
  const environment = { ...login('SCRAM-SHA-512', ''), KAFKA_SSL_CA: rotated.authority.ca, KAFKA_SASL_PASSWORD_FILE: password }
  const { KAFKA_SSL_CA_FILE: _, KAFKA_SASL_PASSWORD: __, ...others } = environment
  const broker = open('login', { ...others, KAFKA_BROKERS: rotated.listeners.login })
  const topic = 'rotated'
  await broker.admin.createTopics([{ topic, partitions: 1, config: {} }])
  const { listener, values } = recordingListener()
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener })

  const sent: string[] = []
  const load = new AbortController()
  const sending = (async () => {
    while (!load.signal.aborted) {
      const value = String(sent.length)
      await eventually(() => broker.publish([record(topic, 0, value)]), { withinMs: 60_000 })
      sent.push(value)
    }
  })()
  await eventually(() => expect(values().length).toBeGreaterThan(20))
  // The broker first: logins that end meanwhile are refused, until the file has it, too.
  await rotated.setPassword('sales', 'second')
  await eventually(() => expect(errors()).toHaveLength(1), { withinMs: 30_000 })
  await file('rotated', 'second')
  await eventually(() => expect(said.at(-1)).toEqual({ level: 'info', text: 'Kafka lets us in again' }))
  // The file first.
  await file('rotated', 'third')
  await rotated.setPassword('sales', 'third')
  const beforeThird = sent.length
  await eventually(() => expect(sent.length).toBeGreaterThan(beforeThird + 20), { withinMs: 60_000 })
  load.abort()
  await sending
  await eventually(() => expect(new Set(values())).toEqual(new Set(sent)), { withinMs: 60_000 })
  await subscription.stop()
})

interface Refused {
  readonly title: string
  readonly listener: Listener
  readonly environment: () => Record<string, string> | Promise<Record<string, string>>
  readonly says: RegExp
}

const refused: Refused[] = [
  {
    title: 'a wrong password (PLAIN)',
    listener: 'login',
    environment: () => login('PLAIN', 'hush'),
    says: /Does user sales have this password with PLAIN\? Check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD\./,
  },
  {
    title: 'a wrong password (SCRAM)',
    listener: 'login',
    environment: async () => {
      const { KAFKA_SASL_PASSWORD: _, ...others } = login('SCRAM-SHA-512', '')
      return { ...others, KAFKA_SASL_PASSWORD_FILE: await file('wrong', 'hush') }
    },
    says: /Does user sales have this password with SCRAM-SHA-512\? Check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD_FILE\./,
  },
  {
    title: 'a user who is not there',
    listener: 'login',
    environment: () => login('SCRAM-SHA-256', 'hush', { KAFKA_SASL_USERNAME: 'nobody' }),
    says: /Does user nobody have this password/,
  },
  {
    title: 'a token that has ended, of which the broker has not been told',
    listener: 'login',
    environment: () => bearer({ KAFKA_SASL_OAUTHBEARER_TOKEN: tokens.tokenFor('sales', -3_600) }),
    says: /the token of KAFKA_SASL_OAUTHBEARER_TOKEN has ended \(.*Z\)\. Who renews it\?/,
  },
  {
    title: 'a token that the broker does not take',
    listener: 'login',
    environment: () => bearer({ KAFKA_SASL_OAUTHBEARER_TOKEN: `${tokens.tokenFor('sales', 600).slice(0, -8)}AAAAAAAA` }),
    says: /it does not take the token \(invalid_token\)\. Does it expect tokens of this issuer, for this audience\?/,
  },
  {
    title: 'a client secret that the token endpoint does not take',
    listener: 'login',
    environment: () => ({ ...endpoint(), KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: 'hush' }),
    says: /the token endpoint .* gives no token \(401, invalid_client\)\. Check KAFKA_SASL_OAUTHBEARER_CLIENT_ID and KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET/,
  },
  {
    title: 'a CA that has not signed the certificate of the broker',
    listener: 'tls',
    environment: async () => {
      const { certificateAuthority } = await import('../../../../../deploy/local/stack/certificates.ts')
      return tls({ KAFKA_SSL_CA_FILE: await file('other.pem', (await certificateAuthority('Other CA')).ca) })
    },
    says: /the server's certificate is not signed by anybody we trust \(.*\)\. Is its CA in KAFKA_SSL_CA_FILE\?/,
  },
  {
    title: 'a certificate for another name',
    listener: 'tls',
    environment: () => tls({ KAFKA_SSL_SERVER_NAME: 'kafka.petrel.example' }),
    says: /for somebody else\. .*kafka\.petrel\.example.* set KAFKA_SSL_SERVER_NAME/,
  },
  {
    title: 'no certificate where one is wanted',
    listener: 'mutual',
    environment: () => tls(),
    says: /it does not take our certificate \(ERR_SSL_.*\)\. Set KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE\./,
  },
  {
    title: 'a certificate of somebody else’s CA',
    listener: 'mutual',
    environment: async () => {
      const { certificateAuthority } = await import('../../../../../deploy/local/stack/certificates.ts')
      const { cert, key } = await (await certificateAuthority('Other CA')).issue({ name: 'sales' })
      return tls({ KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key })
    },
    says: /does not take our certificate .* That of KAFKA_SSL_CERT is for CN=sales, signed by CN=Other CA, and valid until/,
  },
  {
    title: 'a mechanism that the broker does not offer',
    listener: 'clear',
    environment: () => {
      const { KAFKA_SSL_CA_FILE: _, ...others } = bearer({ KAFKA_SASL_OAUTHBEARER_TOKEN: tokens.tokenFor('sales', 600) })
      return { ...others, KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT' }
    },
    says: /it does not offer OAUTHBEARER\. Check KAFKA_SASL_MECHANISM\./,
  },
  {
    title: 'a login where none is expected',
    listener: 'plain',
    environment: () => {
      const { KAFKA_SSL_CA_FILE: _, ...others } = login('PLAIN', 'hush')
      return { ...others, KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT' }
    },
    says: /it expects no login there\. Check KAFKA_SECURITY_PROTOCOL/,
  },
]

test.for(refused)(
  '$title is told apart from a broker that is away: once, with what to check',
  async ({ listener, environment, says }) => {
    const broker = open(listener, await environment())
    const topic = 'refused'
    const joining = broker.subscribe({ group: topic, topics: [topic], listener: recordingListener().listener })
    joining.catch(() => {})
    for (const attempt of [
      () => broker.admin.topics(),
      () => broker.publish([record(topic, 0, '1')]),
      () => broker.admin.topics(),
    ]) {
      const error: unknown = await attempt().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(BrokerUnavailable)
      expect(notLetIn(error)).toBeInstanceOf(NotLetIn)
      expect(String(error)).toMatch(says)
    }
    await broker.close()
    await expect(joining).rejects.toThrow(BrokerUnavailable)
    expect(said).toEqual([{ level: 'error', text: expect.stringMatching(says) as unknown }])
    expect(JSON.stringify(said)).not.toContain('hush')
  },
)

interface Misunderstood {
  readonly title: string
  readonly listener: Listener
  readonly environment: () => Record<string, string>
  readonly says: RegExp
}

const misunderstood: Misunderstood[] = [
  { title: 'TLS where the broker speaks none', listener: 'plain', environment: () => tls(), says: /hangs up before TLS begins/ },
  {
    title: 'no TLS where the broker speaks it',
    listener: 'tls',
    environment: () => ({}),
    says: /speaks TLS there|Does it expect a login, or TLS/,
  },
  { title: 'no login where one is expected', listener: 'clear', environment: () => ({}), says: /Does it expect a login/ },
]

test.for(misunderstood)(
  '$title is guessed from how the broker hangs up, and said once',
  async ({ listener, environment, says }) => {
    const broker = open(listener, environment())
    await eventually(async () => {
      const error: unknown = await broker.admin.topics().catch((thrown: unknown) => thrown)
      expect(notLetIn(error)).toBeInstanceOf(NotLetIn)
      expect(String(error)).toMatch(says)
    })
    await broker.close()
    expect(said).toEqual([{ level: 'error', text: expect.stringMatching(/Check KAFKA_SECURITY_PROTOCOL/) as unknown }])
  },
)

test('a broker that is away is not taken for one that does not let us in', async () => {
  const broker = open('login', login('PLAIN', 'plain secret', { KAFKA_BROKERS: '127.0.0.1:1' }))
  const error: unknown = await broker.admin.topics().catch((thrown: unknown) => thrown)
  expect(String(error)).toMatch(/ECONNREFUSED/)
  expect(notLetIn(error)).toBeUndefined()
  expect(said).toEqual([])
})
