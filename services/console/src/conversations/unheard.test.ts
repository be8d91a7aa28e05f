import { agedLags } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { memoryBroker } from '../../../../packages/messaging/src/broker/memory.ts'
import type { Definition } from '../monitoring/definition.ts'
import { unheardRanges } from './unheard.ts'

const definition = (hears: readonly string[], says: readonly string[]): Definition => ({
  handles: hears.map((topic) => ({ type: topic, topic, kind: 'event', handler: 'handle' })),
  produces: says.map((topic) => ({ type: topic, topic, kind: 'event' })),
  delayed: [],
  partitions: 1,
  groups: [],
})

const definitions = new Map([
  ['sales', definition([], ['p.orders'])],
  ['billing', definition(['p.orders'], ['p.bills'])],
  ['stock', definition(['p.orders'], [])],
])

const from = (topic: string, offset: bigint) => ({ key: '42', topic, from: [{ topic, partition: 0, offset }] })

/** Topics with one partition and so many records; groups with a position. */
async function seen(records: Readonly<Record<string, number>>, positions: Readonly<Record<string, bigint>>) {
  const broker = memoryBroker()
  const { admin } = broker
  for (const [topic, count] of Object.entries(records)) {
    await admin.createTopics([{ topic, partitions: 1, config: {} }])
    await broker.publish(Array.from({ length: count }, () => ({ topic, key: '42', value: null, headers: {} })))
  }
  for (const [group, offset] of Object.entries(positions))
    await admin.commit(group, [{ topic: 'p.orders', partition: 0, offset }])
  return agedLags({ admin, prefix: 'p.' })()
}

test('a topic is looked at from where the slowest reader goes on', async () => {
  const look = await seen({ 'p.orders': 10 }, { 'p.billing': 8n, 'p.stock': 6n, 'p.petrel-console': 0n })
  expect(unheardRanges('42', definitions, look, 'p.')).toEqual([from('p.orders', 6n)])
})

test('nothing is looked at where all have handled everything', async () => {
  const look = await seen({ 'p.orders': 10 }, { 'p.billing': 10n, 'p.stock': 10n })
  expect(unheardRanges('42', definitions, look, 'p.')).toEqual([])
})

test('of a topic that nobody hears, and of one whose reader is far behind, the end is looked at', async () => {
  const look = await seen({ 'p.orders': 6_000, 'p.bills': 700 }, { 'p.billing': 0n, 'p.stock': 6_000n })
  expect(unheardRanges('42', definitions, look, 'p.')).toEqual([from('p.orders', 1_000n), from('p.bills', 200n)])
})
