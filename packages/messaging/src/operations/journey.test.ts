import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryBroker } from '../broker/memory.ts'
import type { RecordHeaders } from '../broker/port.ts'
import { memoryRegistry } from '../registry/memory.ts'
import { deployAll } from './deploy.ts'
import { inOrder, journey, type JourneyStep } from './journey.ts'
import { keysLike } from './keys.ts'
import { replay } from './replay.ts'
import { failingBilling } from './testing/failingEndpoint.ts'
import { billing, sales, shipping } from './testing/shop.ts'

const endpoints = [sales, billing, shipping]

const message = (topic: string, key: string, id: string, headers: RecordHeaders = {}) => ({
  topic,
  key,
  value: null,
  headers: { ce_id: id, ce_source: 'sales', ...headers },
})

test("an order's records are found in every topic, and those of other orders are not", async () => {
  const broker = memoryBroker()
  const infrastructure = { broker, admin: broker.admin, registry: memoryRegistry(), prefix: 'p.' }
  await deployAll(
    endpoints.map((endpoint) => ({ endpoint })),
    infrastructure,
  )
  for (const key of ['order-1', 'order-2', 'order-3', 'order-4']) {
    await broker.publish([message('p.sales.place-order', key, `placing ${key}`)])
    await broker.publish([
      message('p.sales.order-placed', key, `placed ${key}`, { ce_causationid: `placing ${key}`, ce_type: 'sales.OrderPlaced' }),
    ])
  }
  const steps = await journey('order-2', endpoints, infrastructure)
  expect(steps.map(({ kind, id, causationId, topic }) => ({ kind, id, causationId, topic }))).toEqual([
    { kind: 'message', id: 'placing order-2', causationId: undefined, topic: 'p.sales.place-order' },
    { kind: 'message', id: 'placed order-2', causationId: 'placing order-2', topic: 'p.sales.order-placed' },
  ])
  expect(await journey('order-9', endpoints, infrastructure)).toEqual([])
})

test('a failure, a replay and what was postponed are steps of the journey', async () => {
  const failing = await failingBilling()
  await failing.receive('m-1', { key: 'order-1' })
  await replay({ endpoint: 'billing', by: 'a test' }, failing)
  await failing.broker.publish([message('p.billing.postponed', 'order-1', 'm-2')])
  // As Petrel 0.1 did.
  await failing.broker.publish([message('p.billing.replay', 'order-1', 'm-3')])

  const steps = await journey('order-1', [billing], { admin: failing.broker.admin, prefix: 'p.' })
  const found = steps.map(({ kind, id, endpoint, error }) => [kind, id, endpoint, error?.message])
  expect(found).toHaveLength(5)
  expect(found).toEqual(
    expect.arrayContaining([
      ['message', 'm-1', undefined, undefined],
      ['dead-letter', 'm-1', 'billing', 'The till is closed'],
      ['replay', 'm-1', 'billing', undefined],
      ['postponed', 'm-2', 'billing', undefined],
      ['postponed', 'm-3', 'billing', undefined],
    ]),
  )
})

test('a message that a person replayed and the endpoint postponed again is postponed', async () => {
  const failing = await failingBilling()
  const headers = { 'petrel-replay-of': 'p.billing.dlt/0/0' }
  await failing.broker.publish([message('p.billing.postponed', 'order-1', 'm-1', headers)])
  const steps = await journey('order-1', [billing], { admin: failing.broker.admin, prefix: 'p.' })
  expect(steps.map(({ kind }) => kind)).toEqual(['postponed'])
})

test('messages with one id from two sources are two, and each says which kind it is', async () => {
  const broker = memoryBroker()
  await broker.admin.createTopics([{ topic: 'p.sales.order-placed', partitions: 3, config: {} }])
  for (const ce_source of ['sales', 'shop'])
    await broker.publish([message('p.sales.order-placed', 'order-1', 'm-1', { ce_source, ce_type: 'sales.OrderPlaced' })])
  const steps = await journey('order-1', [billing], { admin: broker.admin, prefix: 'p.' })
  expect(new Set(steps.map((step) => step.message)).size).toBe(2)
  expect(steps.map(({ messageKind }) => messageKind)).toEqual(['event', 'event'])
})

test('a key is found by how it begins or ends, the latest first', async () => {
  const broker = memoryBroker()
  await broker.admin.createTopics([{ topic: 'p.sales.order-placed', partitions: 3, config: {} }])
  for (const key of ['aaaa-1111', 'aaaa-2222', 'bbbb-1111', null])
    await broker.publish([{ topic: 'p.sales.order-placed', key, value: null, headers: {} }])
  const keys = async (part: string) =>
    (await keysLike(part, endpoints, { admin: broker.admin, prefix: 'p.' })).map(({ key }) => key).toSorted()
  expect(await keys('aaaa')).toEqual(['aaaa-1111', 'aaaa-2222'])
  expect(await keys('1111')).toEqual(['aaaa-1111', 'bbbb-1111'])
  expect(await keys('cccc')).toEqual([])
})

test('steps are in order of time, and what led to something comes before it within a millisecond', () => {
  const causes = fc.array(fc.record({ at: fc.nat(3), cause: fc.nat() }), { maxLength: 8 })
  fc.assert(
    fc.property(causes, (drawn) => {
      // Each is caused by one before it, and is not older than that.
      const steps: JourneyStep[] = []
      for (const [index, { at, cause }] of drawn.entries()) {
        const parent = steps[cause % (index + 1)]
        steps.push(step(String(index), Math.max(at, parent?.at ?? 0), parent?.id))
      }
      const ordered = inOrder(steps.toReversed())
      expect(ordered.map(({ at }) => at)).toEqual(steps.map(({ at }) => at).toSorted((a, b) => a - b))
      const places = new Map(ordered.map(({ id }, index) => [id, index]))
      for (const { id, causationId } of ordered)
        if (causationId !== undefined) expect(places.get(causationId)).toBeLessThan(places.get(id) ?? -1)
    }),
  )
})

test('messages that name each other as their cause do not keep the journey from being sorted', () => {
  expect(inOrder([step('a', 1, 'b'), step('b', 1, 'a')])).toHaveLength(2)
})

const step = (id: string, at: number, causationId: string | undefined): JourneyStep => ({
  kind: 'message',
  id,
  message: id,
  type: undefined,
  messageKind: undefined,
  source: undefined,
  at,
  conversationId: id,
  traceId: undefined,
  causationId,
  topic: 'sales.order-placed',
  partition: 0,
  offset: '0',
  endpoint: undefined,
  error: undefined,
})
