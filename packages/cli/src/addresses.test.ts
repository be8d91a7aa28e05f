import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findAddresses } from './addresses.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'petrel-cli-'))
})
afterEach(() => rm(root, { recursive: true }))

async function startedHere(content: string): Promise<void> {
  await mkdir(join(root, '.local'))
  await writeFile(join(root, '.local', 'environment.json'), content)
}

const local = { KAFKA_BROKERS: 'here:1', SCHEMA_REGISTRY_URL: 'http://here', databases: { sales: 'postgres://here/sales' } }
const elsewhere = { KAFKA_BROKERS: 'one:1, two:2', SCHEMA_REGISTRY_URL: 'http://there', TOPIC_PREFIX: 'p.' }

test('the environment goes before the system that runs here', async () => {
  await startedHere(JSON.stringify(local))
  expect(await findAddresses(elsewhere, root)).toMatchObject({
    kafka: { brokers: ['one:1', 'two:2'] },
    registry: { url: 'http://there' },
    prefix: 'p.',
  })
})

test('without addresses in the environment it is the system that runs here', async () => {
  await startedHere(JSON.stringify(local))
  const addresses = await findAddresses({}, root)
  expect(addresses).toMatchObject({ kafka: { brokers: ['here:1'] }, registry: { url: 'http://here' }, prefix: '' })
  expect(addresses.databasesOf(['sales'])).toEqual(['postgres://here/sales'])
  expect(() => addresses.databasesOf(['stock'])).toThrow(/has no database of stock/)
})

test('DATABASE_URL is the database of one service', async () => {
  const addresses = await findAddresses({ ...elsewhere, DATABASE_URL: 'postgres://there/sales' }, root)
  expect(addresses.databasesOf(['sales'])).toMatchObject([{ url: 'postgres://there/sales' }])
  expect(() => addresses.databasesOf(['sales', 'stock'])).toThrow(/name that one/)
  const without = await findAddresses(elsewhere, root)
  expect(() => without.databasesOf(['sales'])).toThrow('Where is the database of sales? Set DATABASE_URL.')
})

test('without any addresses the error names both ways to have some', async () => {
  await expect(findAddresses({}, root)).rejects.toThrow(/npm start, or set KAFKA_BROKERS/)
})

test.each([
  ['{', /is not JSON/],
  ['{}', /KAFKA_BROKERS/],
])('a file that cannot be used (%s) is named', async (content, message) => {
  await startedHere(content)
  await expect(findAddresses({}, root)).rejects.toThrow(message)
})

test('a variable that cannot be used is named', async () => {
  await expect(findAddresses({ KAFKA_BROKERS: 'here:1', SCHEMA_REGISTRY_URL: 'no url' }, root)).rejects.toThrow(
    /SCHEMA_REGISTRY_URL/,
  )
})
