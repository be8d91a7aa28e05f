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
import { npmStart, type NpmStart } from '../../../test/support/npmStart.ts'
import type { Charges } from '../../../test/support/shop.ts'
import { JARS, ROOT } from '../folders.ts'
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
    const brokers = [`127.0.0.1:${system.env['KAFKA_PORT']}`]
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
    const [java, jars] = [await findJava(), await ensureJars(JARS, { print: () => {}, during: (_, work) => work })]
    const config = join(system.folder, 'client.properties')
    const tool = [
      '-cp',
      join(jars, 'kafka', '*'),
      'kafka.admin.ConfigCommand',
      '--bootstrap-server',
      `127.0.0.1:${system.env['KAFKA_PORT']}`,
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
    // Email is let in as well, and does not even see a topic that it has nothing to do with.
    await write(scramClient('email', await passwordOf('email'), join(secrets(), 'ca.pem')))
    expect((await ask()).stdout).toContain("The topic 'sales.place-order' doesn't exist")
  })

  test(
    'a password that changes at the broker and in the file, with orders coming, costs none of them',
    { timeout: 300_000 },
    async () => {
      const [java, jars] = [await findJava(), await ensureJars(JARS, { print: () => {}, during: (_, work) => work })]
      const broker = `127.0.0.1:${system.env['KAFKA_PORT']}`
      const properties = scramClient('superuser', await passwordOf('superuser'), join(secrets(), 'ca.pem'))
      const orders: Promise<string>[] = []
      const load = setInterval(() => orders.push(system.placeOrder(`rotated-${orders.length}`)), 50)
      try {
        const another = randomUUID()
        await setKafkaPassword({ java, jars, broker, properties, folder: system.folder }, 'billing', another)
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
        await system.expectDone(orderId)
        expect((await getJson<Charges>(system.url('PAYMENT_GATEWAY_PORT', `/charges?orderId=${orderId}`))).charges).toHaveLength(
          1,
        )
      }
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
