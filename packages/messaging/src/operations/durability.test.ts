import { expect, test, vi } from 'vitest'
import { type Durability, durabilityWith } from '../broker/durability.ts'
import { BrokerUnavailable } from '../broker/port.ts'
import { silentLog } from '../log.ts'
import { tellDurability, weakDurability } from './durability.ts'
import { billing } from './testing/shop.ts'

const cluster = (brokers: number, topics: Record<string, Durability>) => ({ brokers, topics: new Map(Object.entries(topics)) })

test('new topics have a copy on each of up to three brokers, and all but one of them must be in sync', () => {
  expect([0, 1, 2, 3, 7].map(durabilityWith)).toEqual([
    { replicas: 1, minInSync: 1 },
    { replicas: 1, minInSync: 1 },
    { replicas: 2, minInSync: 1 },
    { replicas: 3, minInSync: 2 },
    { replicas: 3, minInSync: 2 },
  ])
})

test('three copies of which two are sure are said nowhere, not even while a broker is away', () => {
  const strong = { replicas: 3, minInSync: 2 }
  expect(weakDurability(cluster(3, { one: strong }))).toBeUndefined()
  expect(weakDurability(cluster(2, { one: strong }))).toBeUndefined()
  expect(weakDurability(cluster(3, {}))).toBeUndefined()
})

test('topics from a time with one broker are named, with what raises them', () => {
  const weak = weakDurability(
    cluster(3, { a: { replicas: 3, minInSync: 2 }, b: { replicas: 1, minInSync: 1 }, c: { replicas: 3, minInSync: 1 } }),
  )
  expect(weak?.topics).toEqual(['b', 'c'])
  expect(weak?.what).toBe(
    'acks=all is one copy in b and 1 more: replication factor 1, min.insync.replicas 1, and Kafka has 3 brokers.',
  )
  expect(weak?.wayOut).toMatch(/factor to 3 with kafka-reassign-partitions\.sh, then min\.insync\.replicas to 2/)
})

test('two of two copies are not one copy, but fewer than three brokers could keep', () => {
  expect(weakDurability(cluster(3, { a: { replicas: 2, minInSync: 2 } }))?.what).toMatch(/^There are fewer copies than/)
})

/** What an endpoint logs at its start, by level. */
async function told(durability: () => Promise<ReturnType<typeof cluster>>) {
  const log = { ...silentLog, info: vi.fn(), warn: vi.fn(), debug: vi.fn() }
  await tellDurability(billing, { admin: { durability }, prefix: '', log })
  return { info: log.info.mock.calls.length, warn: log.warn.mock.calls.length, debug: log.debug.mock.calls.length }
}

test('one broker is told as a fact, more of them with one copy as a warning, once for all topics', async () => {
  const single = { a: { replicas: 1, minInSync: 1 }, b: { replicas: 1, minInSync: 1 } }
  expect(await told(async () => cluster(1, single))).toEqual({ info: 1, warn: 0, debug: 0 })
  expect(await told(async () => cluster(3, single))).toEqual({ info: 0, warn: 1, debug: 0 })
})

test('a Kafka that does not say how many copies it keeps keeps nobody from starting', async () => {
  expect(await told(() => Promise.reject(new BrokerUnavailable('CLUSTER_AUTHORIZATION_FAILED')))).toEqual({
    info: 0,
    warn: 0,
    debug: 1,
  })
})
