import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client } from 'pg'
import { afterAll, expect, test } from 'vitest'
import { runPetrel } from '../testing/runPetrel.ts'
import { systemOfSales } from '../testing/systemOfSales.ts'
import type { FaultCode, Finding } from './finding.ts'

const { system, broker, env, close } = await systemOfSales()
afterAll(close)

/** What is found about sales; this machine may have faults of its own, which are others' tests. */
async function findings(changes: Readonly<Record<string, string>> = {}): Promise<Finding[]> {
  const { out } = await runPetrel(['doctor', 'sales', '--json'], { ...process.env, ...env, ...changes }, import.meta.dirname)
  const ofMachine: readonly FaultCode[] = ['NODE_TOO_OLD', 'JAVA_UNUSABLE', 'MAVEN_MISSING', 'PORT_TAKEN', 'DISK_FULL']
  return (JSON.parse(out) as Finding[]).filter(({ code }) => !ofMachine.includes(code))
}
const codes = async (changes?: Readonly<Record<string, string>>) => (await findings(changes)).map(({ code }) => code)
const deploy = () => runPetrel(['deploy', 'sales'], env, import.meta.dirname)

test('what was not deployed is found, with what to run; after the deployment nothing is', async () => {
  const [missing, pending, ...others] = await findings()
  expect(missing).toMatchObject({ code: 'NOT_DEPLOYED', what: expect.stringContaining('topic'), wayOut: 'petrel deploy sales' })
  expect(pending).toMatchObject({ code: 'MIGRATIONS_PENDING', what: expect.stringContaining('sales/001_orders.sql') })
  expect(others).toEqual([])
  await deploy()
  expect(await findings()).toEqual([])
})

test('a broker that does not answer is found, and not all that follows from it', async () => {
  expect(await findings({ KAFKA_BROKERS: '127.0.0.1:1' })).toMatchObject([
    { code: 'KAFKA_UNREACHABLE', what: 'Kafka is not reached: 127.0.0.1:1 (ECONNREFUSED).' },
  ])
})

test('a registry that does not answer, and an address where there is none, are two things', async () => {
  await deploy()
  expect(await codes({ SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1/apis/ccompat/v7' })).toEqual(['REGISTRY_UNREACHABLE'])
  const server = createServer((_, response) => response.writeHead(404).end('nothing here')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect(await codes({ SCHEMA_REGISTRY_URL: url })).toEqual(['REGISTRY_WRONG_PATH'])
  } finally {
    server.close()
  }
})

test('a database that does not let in is found, and one that is not there', async () => {
  await deploy()
  const url = new URL(env['DATABASE_URL'] ?? '')
  const away = Object.assign(new URL(url), { hostname: '127.0.0.1', port: '1' })
  expect(await codes({ DATABASE_URL: away.href })).toEqual(['DATABASE_UNREACHABLE'])
  const wrong = Object.assign(new URL(url), { password: 'wrong' })
  expect(await codes({ DATABASE_URL: wrong.href })).toEqual(['DATABASE_LOGIN'])
  const none = Object.assign(new URL(url), { pathname: '/there_is_none' })
  expect(await codes({ DATABASE_URL: none.href })).toEqual(['DATABASE_LOGIN'])
  const client = new Client({ connectionString: system.addresses.databaseUrl })
  await client.connect()
  try {
    await client.query(`alter role ${url.username} nologin`)
    expect(await codes()).toEqual(['DATABASE_LOGIN'])
  } finally {
    await client.query(`alter role ${url.username} login`)
    await client.end()
  }
})

test('messages that nobody reads are found, and those that wait for a person', async () => {
  await deploy()
  const headers = { ce_id: 'm-1', ce_type: 'sales.PlaceOrder' }
  await broker.publish([
    { topic: `${system.prefix}sales.place-order`, key: 'o-1', value: null, headers },
    { topic: `${system.prefix}sales.dlt`, key: 'o-1', value: null, headers },
  ])
  expect(await findings()).toMatchObject([
    { code: 'NOBODY_READS', what: '1 message waits for sales, and none of it runs.' },
    { code: 'DEAD_LETTERS', what: '1 message of sales waits for a person.' },
  ])
})

test('a topic with another number of partitions is found', async () => {
  await deploy()
  const topic = `${system.prefix}sales.cancel-order`
  await broker.admin.deleteTopics([topic])
  await expect.poll(() => broker.admin.partitions([topic]), { timeout: 20_000 }).toEqual(new Map())
  await broker.admin.createTopics([{ topic, partitions: 2, config: {} }])
  expect(await codes()).toContain('PARTITIONS_DIFFER')
})
