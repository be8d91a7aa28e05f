import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Broker, confluentRegistry, dropDatabase, type EndpointLag } from '@petrel/messaging/operations'
import { OrderPlaced } from '@petrel/contracts'
import { Client } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePorts } from '../../../deploy/local/stack/ports.ts'
import { eventually, type TestSystem } from '../../../test/support/stack.ts'
import { runPetrel } from './testing/runPetrel.ts'
import { systemOfSales } from './testing/systemOfSales.ts'

let system: TestSystem
let broker: Broker
let env: Record<string, string>
let close: () => Promise<void>
beforeEach(async () => {
  ;({ system, broker, env, close } = await systemOfSales())
  env = { ...env, DATABASE_ADMIN_URL: system.addresses.databaseUrl }
  // Nothing of sales is there, but for its name.
  await dropDatabase(system.addresses.databaseUrl, databaseUrl().href)
})
afterEach(() => close())

const petrel = (...args: string[]) => runPetrel(args, env, import.meta.dirname)

async function claimDatabase(endpoint: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl().href })
  await client.connect()
  await client.query('insert into petrel_endpoint (name) values ($1)', [endpoint])
  await client.end()
}

const databaseUrl = () => new URL(env['DATABASE_URL'] ?? '')
const role = () => databaseUrl().username

async function canConnect(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url })
  const connected = client.connect()
  const isIn = await connected.then(
    () => true,
    () => false,
  )
  await client.end()
  return isIn
}

test('a deployment that may make databases makes role and database first; again there is nothing to make', async () => {
  expect(await canConnect(databaseUrl().href)).toBe(false)
  const first = await petrel('deploy', 'sales')
  expect(first).toMatchObject({ code: 0, err: '' })
  expect(first.out).toMatch(new RegExp(`^role       ${role()}\ndatabase   ${role()}\n`))
  expect(await canConnect(databaseUrl().href)).toBe(true)
  expect(await petrel('deploy', 'sales')).toEqual({ code: 0, out: 'sales is deployed.\n', err: '' })
})

test('a deployment with another password gives the role that password, and keeps the data', async () => {
  await petrel('deploy', 'sales')
  const before = databaseUrl().href
  const after = databaseUrl()
  after.password = "an'other %40"
  env = { ...env, DATABASE_URL: after.href }
  expect(await petrel('deploy', 'sales')).toEqual({ code: 0, out: 'sales is deployed.\n', err: '' })
  expect(await canConnect(before)).toBe(false)
})

test('two deployments at once make everything once', async () => {
  const both = await Promise.all([petrel('deploy', 'sales'), petrel('deploy', 'sales')])
  expect(both.map(({ code, err }) => ({ code, err }))).toEqual([
    { code: 0, err: '' },
    { code: 0, err: '' },
  ])
  expect(both.flatMap(({ out }) => out.match(/^database /gm) ?? [])).toHaveLength(1)
})

test('a wrong password of who should make the database ends in one sentence', async () => {
  const admin = new URL(system.addresses.databaseUrl)
  admin.username = role()
  admin.password = 'wrong'
  env = { ...env, DATABASE_ADMIN_URL: admin.href }
  const { code, err } = await petrel('deploy', 'sales', '--wait', '30s')
  expect(code).toBe(1)
  expect(err).toMatch(/^Role and database of DATABASE_URL could not be made with DATABASE_ADMIN_URL: .*(password|role).*\n$/)
})

/** A project in which one service runs that is not on the bus. */
async function projectOffTheBus() {
  const root = await mkdtemp(join(tmpdir(), 'petrel-off-the-bus-'))
  await mkdir(join(root, 'services', 'payment-gateway', 'src'), { recursive: true })
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) }
}

test('a service that is not on the bus gets its role and its database, and Kafka is not asked', async () => {
  const { DATABASE_URL = '', DATABASE_ADMIN_URL = '' } = env
  await using project = await projectOffTheBus()
  const deployed = await runPetrel(['deploy'], { DATABASE_URL, DATABASE_ADMIN_URL }, project.root)
  expect(deployed).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^role .*\ndatabase .*\nThe database is there\./),
  })
  expect(await canConnect(DATABASE_URL)).toBe(true)
  expect(await runPetrel(['deploy'], { DATABASE_URL }, project.root)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/set DATABASE_URL and DATABASE_ADMIN_URL\.\n$/),
  })
})

test('a service that is not on the bus loses its database and its role, and Kafka is not asked; again changes nothing', async () => {
  const { DATABASE_URL = '', DATABASE_ADMIN_URL = '' } = env
  await using project = await projectOffTheBus()
  const run = (args: readonly string[], isTerminal = false) =>
    runPetrel(args, { DATABASE_URL, DATABASE_ADMIN_URL }, project.root, isTerminal)
  await run(['deploy'])
  expect(await run(['remove'], true)).toMatchObject({
    code: 1,
    err: `Everything in the database ${role()} is lost. To remove it: petrel remove --yes\n`,
  })
  expect(await canConnect(DATABASE_URL)).toBe(true)

  const removed = { code: 0, err: '', out: `database   ${role()}\nrole       ${role()}\nThe database is removed.\n` }
  expect(await run(['remove'])).toEqual(removed)
  expect(await canConnect(DATABASE_URL)).toBe(false)
  expect(await run(['remove'])).toEqual({ code: 0, err: '', out: `There is no database ${role()}.\n` })
})

test('with the console goes the topic by which it has switched faults', async () => {
  const topic = `${env['TOPIC_PREFIX']}petrel.control`
  await broker.admin.createTopics([{ topic, partitions: 1, config: {} }])
  await using project = await projectOffTheBus()
  const consoleEnv = { ...env, FAULT_TOPIC: 'petrel.control' }
  await runPetrel(['deploy'], consoleEnv, project.root)
  const removed = await runPetrel(['remove'], consoleEnv, project.root)
  expect(removed).toMatchObject({ code: 0, err: '', out: expect.stringContaining(`topic      ${topic}\n`) })
  expect((await broker.admin.partitions([topic])).has(topic)).toBe(false)
  expect(await runPetrel(['remove'], consoleEnv, project.root)).toMatchObject({ code: 0, err: '' })
})

test('a database that an endpoint has claimed does not go as one without endpoint', async () => {
  await petrel('deploy', 'sales')
  await claimDatabase('sales')
  const { DATABASE_URL = '', DATABASE_ADMIN_URL = '' } = env
  await using project = await projectOffTheBus()
  expect(await runPetrel(['remove'], { DATABASE_URL, DATABASE_ADMIN_URL }, project.root)).toEqual({
    code: 1,
    out: '',
    err: 'DATABASE_URL is the database of the endpoint sales. Nothing was removed. To remove it: petrel remove sales\n',
  })
  expect(await canConnect(DATABASE_URL)).toBe(true)
})

test('where services have endpoints, a removal wants the name of one', async () => {
  expect(await petrel('remove')).toMatchObject({ code: 2, out: '', err: "error: missing required argument 'endpoint'\n" })
})

test('a deployment that is refused makes no database', async () => {
  const refused = await petrel('deploy', 'email')
  expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/topic \S*billing\.order-billed/) })
  expect(await canConnect(databaseUrl().href)).toBe(false)
})

test('lag is shown for each endpoint, as Kafka knows it', async () => {
  await petrel('deploy', 'sales')
  const topic = `${system.prefix}sales.place-order`
  await broker.publish([1, 2, 3].map((number) => ({ topic, key: `o-${number}`, value: null, headers: {} })))
  expect((await petrel('lag')).out).toMatch(/^ENDPOINT +MEMBERS +LAG +RETRIES +FAILURES\nsales +0 +3 +0 +0\n$/)
  const [sales] = JSON.parse((await petrel('lag', '--json')).out) as EndpointLag[]
  expect(sales).toMatchObject({ endpoint: 'sales', deadLetters: 0, main: { group: `${system.prefix}sales`, lag: 3, members: 0 } })
  expect(sales?.main.partitions.filter((each) => each.topic === topic).reduce((sum, { end }) => sum + Number(end), 0)).toBe(3)
})

/** Takes connections, and hands them on to somebody else from when it is told. */
async function doorTo(target: { readonly host: string; readonly port: number }) {
  const { connect } = await import('node:net')
  const [port = 0] = await freePorts(1)
  const server = createServer((guest) => {
    const host = connect(target.port, target.host)
    guest.pipe(host).pipe(guest)
    for (const each of [guest, host]) each.on('error', () => void (guest.destroy(), host.destroy()))
  })
  return {
    port,
    async open() {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    close: () => server.close(),
  }
}

test('a deployment waits for a database that is not there yet, says so, and goes on when it comes', async () => {
  const { hostname, port } = new URL(system.addresses.databaseUrl)
  const door = await doorTo({ host: hostname, port: Number(port) })
  const through = (url: string) => Object.assign(new URL(url), { port: String(door.port), hostname: '127.0.0.1' }).href
  env = { ...env, DATABASE_URL: through(databaseUrl().href), DATABASE_ADMIN_URL: through(system.addresses.databaseUrl) }
  const deployed = petrel('deploy', 'sales', '--wait', '60s')
  await door.open()
  try {
    expect(await deployed).toMatchObject({ code: 0, out: expect.stringContaining('sales is deployed.') })
  } finally {
    door.close()
  }
})

test('a broker that does not come is waited for as long as was said; then one sentence names it', async () => {
  env = { ...env, KAFKA_BROKERS: '127.0.0.1:1' }
  const { code, out, err } = await petrel('deploy', 'sales', '--wait', '2s')
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(
    /^Kafka at 127\.0\.0\.1:1 does not answer yet; waiting up to 2 s\.\nKafka at 127\.0\.0\.1:1 did not answer within 2 s\. .*\n$/,
  )
})

test('an endpoint is removed with its groups, schemas, topics and database; again changes nothing', async () => {
  await petrel('deploy', 'sales')
  const { prefix } = system
  const neighbours = [`${prefix}sales-reports.dlt`, `${prefix}billing.dlt`, `${prefix}sales.t1.orders`]
  await broker.admin.createTopics(neighbours.map((topic) => ({ topic, partitions: 1, config: {} })))

  const { code, out, err } = await petrel('remove', 'sales')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  for (const line of [
    `group      ${prefix}sales.retry`,
    `schema     ${prefix}sales.order-placed-value`,
    `topic      ${prefix}sales.order-placed`,
    `topic      ${prefix}sales.retry.2s`,
    `topic      ${prefix}sales.dlt`,
    `database   ${role()}`,
    `role       ${role()}`,
  ])
    expect(out).toContain(`${line}\n`)

  await eventually(async () => {
    const left = (await broker.admin.topics()).filter((topic) => topic.startsWith(prefix))
    expect(left.toSorted()).toEqual(neighbours.toSorted())
  })
  const registry = confluentRegistry({ url: system.addresses.registryUrl })
  expect(await registry.idOf(`${prefix}sales.order-placed-value`, OrderPlaced.schema)).toBeUndefined()
  expect(await canConnect(databaseUrl().href)).toBe(false)
  expect(await petrel('remove', 'sales')).toEqual({ code: 0, out: 'There is nothing of sales.\n', err: '' })
})

test('at a terminal, what would be lost is shown first', async () => {
  await petrel('deploy', 'sales')
  const { code, err } = await runPetrel(['remove', 'sales'], env, import.meta.dirname, true)
  expect(code).toBe(1)
  expect(err).toContain(`\n  ${system.prefix}sales.order-placed\n`)
  expect(err).toMatch(/To remove it: petrel remove sales --yes\n$/)
  expect(await broker.admin.topics()).toContain(`${system.prefix}sales.order-placed`)
  const removed = await runPetrel(['remove', 'sales', '--yes'], env, import.meta.dirname, true)
  expect(removed).toMatchObject({ code: 0, out: expect.stringContaining('sales is removed.') })
})

test('an endpoint that runs is not removed; when it has stopped within the time, it is', async () => {
  await petrel('deploy', 'sales')
  const listener = { onAssigned: () => {}, onRecords: () => {} }
  const group = `${system.prefix}sales`
  const member = await broker.subscribe({ group, topics: [`${system.prefix}sales.place-order`], listener })
  const refused = await petrel('remove', 'sales', '--wait', '0s')
  expect(refused).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^sales still runs: 1 in group .*sales\. Nothing/),
  })
  expect(await broker.admin.topics()).toContain(`${system.prefix}sales.dlt`)

  const removed = petrel('remove', 'sales', '--wait', '60s')
  await member.stop()
  expect(await removed).toMatchObject({ code: 0, out: expect.stringContaining('sales is removed.') })
})

test('a database that another endpoint has claimed is not removed, nor anything else', async () => {
  await petrel('deploy', 'sales')
  await claimDatabase('billing')
  expect(await petrel('remove', 'sales')).toMatchObject({
    code: 1,
    out: '',
    err: 'DATABASE_URL is the database of billing, not of sales. Nothing was removed.\n',
  })
  expect(await broker.admin.topics()).toContain(`${system.prefix}sales.dlt`)
})
