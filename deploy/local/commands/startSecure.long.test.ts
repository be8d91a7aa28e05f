import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { fetchOk, getJson } from '../../../test/support/http.ts'
import { type KafkaTools, kafkaTools, writeProperties } from '../../../test/support/kafkaTools.ts'
import { npmStart, type NpmStart } from '../../../test/support/npmStart.ts'
import type { Charges } from '../../../test/support/shop.ts'
import { JARS, ROOT } from '../folders.ts'
import { parse } from '../processes/logEntry.ts'
import { ensureJars } from '../stack/jars.mjs'
import { findJava } from '../stack/java.ts'
import { scramClient, setKafkaPassword } from '../stack/kafkaPassword.ts'

const run = promisify(execFile)

const programs = async () => [await findJava(), await ensureJars(JARS, { print: () => {}, during: (_, work) => work })] as const

async function topicsOf(kafka: Kafka): Promise<string[]> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    return await admin.listTopics()
  } finally {
    await admin.disconnect()
  }
}

// A stack of somebody else is not ours to secure.
describe.skipIf(process.env['KAFKA_BROKERS'] || process.env['DATABASE_URL'])('npm start -- --secure', () => {
  let system: NpmStart
  beforeAll(async () => {
    system = await npmStart(['--secure'])
  })
  afterAll(() => system.stop())

  const secrets = () => join(system.folder, 'data-secure', 'secrets')
  const passwordOf = (user: string) => readFile(join(secrets(), `${user}.kafka`), 'utf8')
  const pidOf = async (service: string) =>
    Number((await readFile(join(system.folder, 'services', `${service}.pid`), 'utf8')).split(' ')[0])

  const broker = () => `127.0.0.1:${system.env['KAFKA_PORT']}`
  const eventsOf = async (service: string) =>
    (await readFile(join(system.folder, 'logs', `${service}.log`), 'utf8'))
      .split('\n')
      .flatMap((line) => parse(line)?.event ?? [])
  const hasSaid = (service: string, event: string, before: readonly string[]) =>
    eventually(async () => expect((await eventsOf(service)).slice(before.length)).toContain(event), { withinMs: 120_000 })

  test('the page is ready, and an order goes through all its steps', async () => {
    await fetchOk(system.url('CLIENT_UI_PORT', '/ready'))
    await system.expectDone(await system.placeOrder('first'))
  })

  test('petrel is let in with what the system has written down for it', async () => {
    const written = JSON.parse(await readFile(join(system.folder, 'environment.json'), 'utf8')) as Record<string, string>
    const texts = Object.entries(written).filter(([, value]) => typeof value === 'string')
    const petrel = [join(ROOT, 'packages/cli/bin/petrel.mjs'), 'lag', '--json']
    const { stdout } = await run(process.execPath, petrel, { env: { ...system.env, ...Object.fromEntries(texts) }, cwd: ROOT })
    expect(JSON.stringify(JSON.parse(stdout))).toContain('billing')
  })

  test('who has no credentials is let in nowhere', async () => {
    const brokers = [broker()]
    const ca = await readFile(join(secrets(), 'ca.pem'), 'utf8')
    const once = { logLevel: logLevel.NOTHING, retry: { retries: 0 } }
    await expect(topicsOf(new Kafka({ brokers, ...once }))).rejects.toThrow()
    await expect(topicsOf(new Kafka({ brokers, ssl: { ca }, ...once }))).rejects.toThrow()
    const sasl = { mechanism: 'scram-sha-512', username: 'billing', password: 'billing' } as const
    await expect(topicsOf(new Kafka({ brokers, ssl: { ca }, sasl, ...once }))).rejects.toThrow(/invalid credentials/)

    const registry = await fetch(system.url('REGISTRY_PORT', '/apis/ccompat/v7/subjects')).catch((error: unknown) => error)
    expect(registry).toBeInstanceOf(Error)

    const database = (ssl: boolean) => {
      const port = Number(system.env['POSTGRES_PORT'])
      const login = { host: '127.0.0.1', port, user: 'billing', password: 'billing', database: 'billing' }
      return new Client({ ...login, ssl: ssl ? { ca } : false }).connect()
    }
    await expect(database(false)).rejects.toThrow(/no pg_hba.conf entry/)
    await expect(database(true)).rejects.toThrow(/password authentication failed/)
  })

  test('a foreign client, of Kafka itself, is let in with a password and not without', async () => {
    const [java, jars] = await programs()
    const config = join(system.folder, 'client.properties')
    const tool = ['-cp', join(jars, 'kafka', '*'), 'kafka.admin.ConfigCommand', '--bootstrap-server', broker()]
    const describe = ['--describe', '--entity-type', 'topics', '--entity-name', 'sales.place-order']
    const ask = () => run(java, [...tool, '--command-config', config, ...describe])
    const properties = scramClient('sales', await passwordOf('sales'), join(secrets(), 'ca.pem'))
    const write = (all: Record<string, string>) => writeProperties(config, all)
    await write(properties)
    expect((await ask()).stdout).toContain('Dynamic configs for topic sales.place-order')
    await write({
      ...properties,
      'sasl.jaas.config': properties['sasl.jaas.config']?.replace(/password="\w+"/, 'password="wrong"') ?? '',
    })
    await expect(ask()).rejects.toThrow(/SaslAuthenticationException|Authentication failed/)
    // Email is let in as well, and does not even see a topic that it has nothing to do with.
    await write(scramClient('email', await passwordOf('email'), join(secrets(), 'ca.pem')))
    expect((await ask()).stdout).toContain("The topic 'sales.place-order' doesn't exist")
  })

  describe("what is not in its endpoint, email cannot do with Kafka's own clients either:", () => {
    let tools: KafkaTools
    let config: string
    beforeAll(async () => {
      tools = await kafkaTools()
      const properties = scramClient('email', await passwordOf('email'), join(secrets(), 'ca.pem'))
      config = await writeProperties(join(system.folder, 'email.properties'), properties)
    })
    const consume = (...what: string[]) =>
      tools.run('consumer', [
        ...['--bootstrap-server', broker(), '--consumer.config', config],
        ...['--timeout-ms', '20000', '--max-messages', '1', '--topic', ...what],
      ])

    test('it reads what was billed, and not the orders that sales gets', async () => {
      const fromTheStart = ['--partition', '0', '--offset', 'earliest']
      const { said } = await consume('billing.order-billed', ...fromTheStart)
      expect(said).toMatch(/Processed a total of \d+ messages/)
      expect(said).not.toMatch(/AuthorizationException/)
      expect((await consume('sales.place-order', ...fromTheStart)).said).toMatch(
        /TopicAuthorizationException: Not authorized to access topics: \[sales\.place-order\]/,
      )
    })

    test('it cannot say that an order was billed', async () => {
      const where = ['--bootstrap-server', broker(), '--producer.config', config, '--topic', 'billing.order-billed']
      expect(
        await tools.run('producer', [...where, '--sync', '--producer-property', 'enable.idempotence=false'], 'billed\n'),
      ).toMatchObject({
        said: expect.stringMatching(
          /TopicAuthorizationException: Not authorized to access topics: \[billing\.order-billed\]/,
        ) as string,
      })
    })

    test("it cannot join billing's group", async () => {
      expect((await consume('billing.order-billed', '--group', 'billing')).said).toMatch(
        /GroupAuthorizationException: Not authorized to access group: billing/,
      )
    })
  })

  test(
    'a password that changes at the broker and in the file, with orders coming, costs none of them, and no restart',
    { timeout: 600_000 },
    async () => {
      const [java, jars] = await programs()
      const properties = scramClient('superuser', await passwordOf('superuser'), join(secrets(), 'ca.pem'))
      const pid = await pidOf('billing')
      const before = await eventsOf('billing')
      const orders: Promise<string>[] = []
      const load = setInterval(() => orders.push(system.placeOrder(`rotated-${orders.length}`)), 50)
      try {
        const another = randomUUID()
        await setKafkaPassword({ java, jars, broker: broker(), properties, folder: system.folder }, 'billing', another)
        // Its logins last half a minute: all it has ends, and nothing that it shows is taken.
        await hasSaid('billing', 'notLetIn', before)
        await writeFile(join(secrets(), 'billing.kafka'), another)
        await hasSaid('billing', 'letIn', before)
        const placed = orders.length
        await eventually(() => expect(orders.length).toBeGreaterThan(placed + 100))
      } finally {
        clearInterval(load)
      }
      const placed = await Promise.all(orders)
      for (const orderId of placed) {
        await system.expectDone(orderId)
        expect((await getJson<Charges>(system.url('PAYMENT_GATEWAY_PORT', `/charges?orderId=${orderId}`))).charges).toHaveLength(
          1,
        )
      }
      expect(await pidOf('billing')).toBe(pid)
      console.log(`${placed.length} orders while a password changed, all of them done.`)
    },
  )

  test('no password is in what is printed, in a log, or in the arguments of a program', async () => {
    const files = (await readdir(secrets())).filter((name) => !name.endsWith('.pem'))
    const passwords = await Promise.all(files.map((name) => readFile(join(secrets(), name), 'utf8')))
    expect(passwords.length).toBeGreaterThan(30)
    const logs = await Promise.all(
      (await readdir(join(system.folder, 'logs'))).map((name) => readFile(join(system.folder, 'logs', name), 'utf8')),
    )
    const { stdout: processes } = await run('ps', ['-eo', 'args'], { maxBuffer: 64 * 1024 * 1024 })
    for (const said of [system.lines.join('\n'), ...logs, processes])
      for (const password of passwords) expect(said.includes(password)).toBe(false)
  })
})
