import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify, stripVTControlCharacters } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { fetchOk, getJson, jsonBody } from '../../../test/support/http.ts'
import { ownStartEnvironment, type portVariables } from '../../../test/support/ownStart.ts'
import { type Charges, type OrderView, typesOf, wholeJourney } from '../../../test/support/shop.ts'
import { JARS, ROOT } from '../folders.ts'
import { type GuardedProcess, spawnGuarded } from '../processes/guardedProcess.ts'
import { ensureJars } from '../stack/jars.mjs'
import { findJava } from '../stack/java.ts'
import { scramClient, setKafkaPassword } from '../stack/kafkaPassword.ts'

const run = promisify(execFile)

async function topicsOf(kafka: Kafka): Promise<string[]> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    return await admin.listTopics()
  } finally {
    await admin.disconnect()
  }
}
const bootstrap = join(ROOT, 'deploy/local/bootstrap.mjs')

// A stack of somebody else is not ours to secure.
describe.skipIf(process.env['KAFKA_BROKERS'] || process.env['DATABASE_URL'])('npm start -- --secure', () => {
  let folder: string
  let env: Record<string, string | undefined>
  let system: GuardedProcess
  const lines: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'petrel-secure-'))
    // PostgreSQL may run as another user than we.
    await chmod(folder, 0o755)
    env = await ownStartEnvironment(folder)
    const args = [bootstrap, 'start', '--secure']
    system = await spawnGuarded('npm start', process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const output of [system.stdout, system.stderr])
      if (output) createInterface({ input: output }).on('line', (line) => lines.push(stripVTControlCharacters(line)))
    await eventually(
      () => {
        if (!lines.some((line) => line.startsWith('Up after'))) throw new Error(`It is not up:\n${lines.join('\n')}`)
      },
      { withinMs: 110_000 },
    )
  })
  afterAll(async () => {
    await system.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const url = (variable: (typeof portVariables)[number], path: string) => `http://127.0.0.1:${env[variable]}${path}`
  const secrets = () => join(folder, 'data-secure', 'secrets')
  const passwordOf = (user: string) => readFile(join(secrets(), `${user}.kafka`), 'utf8')
  const pidOf = async (service: string) =>
    Number((await readFile(join(folder, 'services', `${service}.pid`), 'utf8')).split(' ')[0])
  const order = { customerId: 'ada', email: 'ada@example.org', lines: [{ sku: 'green-tea', quantity: 2 }] }

  const placeOrder = (key: string) =>
    eventually(
      async () => {
        const response = await fetch(url('CLIENT_UI_PORT', '/api/orders'), jsonBody('POST', order, { 'idempotency-key': key }))
        const answer = (await response.json()) as { orderId: string }
        expect(response.status).toBe(202)
        return answer.orderId
      },
      { withinMs: 60_000, everyMs: 200 },
    )

  const expectDone = (orderId: string) =>
    eventually(
      async () => {
        const view = await getJson<OrderView>(url('CLIENT_UI_PORT', `/api/orders/${orderId}`))
        expect(typesOf(view).filter((type) => type !== 'ShipmentDelayed')).toEqual(wholeJourney.toSorted())
      },
      { withinMs: 90_000, everyMs: 200 },
    )

  test('the page is ready, and an order goes through all its steps', async () => {
    await fetchOk(url('CLIENT_UI_PORT', '/ready'))
    await expectDone(await placeOrder('first'))
  })

  test('petrel is let in with what the system has written down for it', async () => {
    const written = JSON.parse(await readFile(join(folder, 'environment.json'), 'utf8')) as Record<string, string>
    const texts = Object.entries(written).filter(([, value]) => typeof value === 'string')
    const petrel = [join(ROOT, 'packages/cli/bin/petrel.mjs'), 'lag', '--json']
    const { stdout } = await run(process.execPath, petrel, { env: { ...env, ...Object.fromEntries(texts) }, cwd: ROOT })
    expect(JSON.stringify(JSON.parse(stdout))).toContain('billing')
  })

  test('who has no credentials is let in nowhere', async () => {
    const brokers = [`127.0.0.1:${env['KAFKA_PORT']}`]
    const ca = await readFile(join(secrets(), 'ca.pem'), 'utf8')
    const once = { logLevel: logLevel.NOTHING, retry: { retries: 0 } }
    await expect(topicsOf(new Kafka({ brokers, ...once }))).rejects.toThrow()
    await expect(topicsOf(new Kafka({ brokers, ssl: { ca }, ...once }))).rejects.toThrow()
    const sasl = { mechanism: 'scram-sha-512', username: 'billing', password: 'billing' } as const
    await expect(topicsOf(new Kafka({ brokers, ssl: { ca }, sasl, ...once }))).rejects.toThrow(/invalid credentials/)

    const registry = await fetch(url('REGISTRY_PORT', '/apis/ccompat/v7/subjects')).catch((error: unknown) => error)
    expect(registry).toBeInstanceOf(Error)

    const database = (ssl: boolean) => {
      const port = Number(env['POSTGRES_PORT'])
      const login = { host: '127.0.0.1', port, user: 'billing', password: 'billing', database: 'billing' }
      return new Client({ ...login, ssl: ssl ? { ca } : false }).connect()
    }
    await expect(database(false)).rejects.toThrow(/no pg_hba.conf entry/)
    await expect(database(true)).rejects.toThrow(/password authentication failed/)
  })

  test('a foreign client, of Kafka itself, is let in with a password and not without', async () => {
    const [java, jars] = [await findJava(), await ensureJars(JARS, { print: () => {}, during: (_, work) => work })]
    const config = join(folder, 'client.properties')
    const tool = [
      '-cp',
      join(jars, 'kafka', '*'),
      'kafka.admin.ConfigCommand',
      '--bootstrap-server',
      `127.0.0.1:${env['KAFKA_PORT']}`,
    ]
    const describe = ['--describe', '--entity-type', 'topics', '--entity-name', 'sales.place-order']
    const ask = () => run(java, [...tool, '--command-config', config, ...describe])
    const properties = scramClient('sales', await passwordOf('sales'), join(secrets(), 'ca.pem'))
    const write = (all: Record<string, string>) =>
      writeFile(
        config,
        Object.entries(all)
          .map(([key, value]) => `${key}=${value}\n`)
          .join(''),
      )
    await write(properties)
    expect((await ask()).stdout).toContain('Dynamic configs for topic sales.place-order')
    await write({
      ...properties,
      'sasl.jaas.config': properties['sasl.jaas.config']?.replace(/password="\w+"/, 'password="wrong"') ?? '',
    })
    await expect(ask()).rejects.toThrow(/SaslAuthenticationException|Authentication failed/)
    // Email is let in as well, and may not even ask about a topic that it has nothing to do with.
    await write(scramClient('email', await passwordOf('email'), join(secrets(), 'ca.pem')))
    await expect(ask()).rejects.toThrow(/TopicAuthorizationException/)
  })

  test(
    'a password that changes at the broker and in the file, with orders coming, costs none of them',
    { timeout: 300_000 },
    async () => {
      const [java, jars] = [await findJava(), await ensureJars(JARS, { print: () => {}, during: (_, work) => work })]
      const broker = `127.0.0.1:${env['KAFKA_PORT']}`
      const properties = scramClient('superuser', await passwordOf('superuser'), join(secrets(), 'ca.pem'))
      const orders: Promise<string>[] = []
      const load = setInterval(() => orders.push(placeOrder(`rotated-${orders.length}`)), 50)
      try {
        const another = randomUUID()
        await setKafkaPassword({ java, jars, broker, properties, folder }, 'billing', another)
        await writeFile(join(secrets(), 'billing.kafka'), another)
        // Its connections with the old one would go on for as long as they are open: all of them end, in the middle of its work.
        process.kill(await pidOf('billing'), 'SIGKILL')
        const before = orders.length
        await eventually(() => expect(orders.length).toBeGreaterThan(before + 100))
      } finally {
        clearInterval(load)
      }
      const placed = await Promise.all(orders)
      for (const orderId of placed) {
        await expectDone(orderId)
        expect((await getJson<Charges>(url('PAYMENT_GATEWAY_PORT', `/charges?orderId=${orderId}`))).charges).toHaveLength(1)
      }
    },
  )

  test('no password is in what is printed, in a log, or in the arguments of a program', async () => {
    const files = (await readdir(secrets())).filter((name) => !name.endsWith('.pem'))
    const passwords = await Promise.all(files.map((name) => readFile(join(secrets(), name), 'utf8')))
    expect(passwords.length).toBeGreaterThan(30)
    const logs = await Promise.all(
      (await readdir(join(folder, 'logs'))).map((name) => readFile(join(folder, 'logs', name), 'utf8')),
    )
    const { stdout: processes } = await run('ps', ['-eo', 'args'], { maxBuffer: 64 * 1024 * 1024 })
    for (const said of [lines.join('\n'), ...logs, processes])
      for (const password of passwords) expect(said.includes(password)).toBe(false)
  })
})
