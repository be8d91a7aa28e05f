import * as fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { anEntry } from '../../../../test/support/audits.ts'
import type { HandledEntry } from '../audit/audit.ts'
import { auditEncoder } from '../audit/auditEncoder.ts'
import type { ToldDelivery } from '../audit/deliveries.ts'
import { auditSchema } from '../audit/schema.ts'
import { memoryBroker } from '../broker/memory.ts'
import type { BrokerAdmin, BrokerRecord, OutgoingRecord, RecordHeaders } from '../broker/port.ts'
import { headerText } from '../headers.ts'
import { memoryRegistry } from '../registry/memory.ts'
import { deployAll } from './deploy.ts'
import { journey } from './journey.ts'
import { inOrder, journeyOf, type JourneyStep } from './journeyOf.ts'
import { keysLike } from './keys.ts'
import { replay } from './replay.ts'
import { plan } from './plan.ts'
import { all, failingBilling } from './testing/failingEndpoint.ts'
import { billing, sales, shipping } from './testing/shop.ts'
import { uuid7 } from '../uuid7.ts'

const endpoints = [sales, billing, shipping]

const message = (topic: string, key: string, id: string, headers: RecordHeaders = {}) => ({
  topic,
  key,
  value: null,
  headers: { ce_id: id, ce_source: 'sales', ...headers },
})

async function deployed() {
  const broker = memoryBroker()
  const infrastructure = { broker, admin: broker.admin, registry: memoryRegistry(), prefix: 'p.' }
  await deployAll(
    endpoints.map((endpoint) => ({ endpoint })),
    infrastructure,
  )
  return infrastructure
}

test("an order's records are found in every topic, and those of other orders are not", async () => {
  const infrastructure = await deployed()
  const { broker } = infrastructure
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

test("an order's records are found in whichever partition another client's rule has put them", async () => {
  const infrastructure = await deployed()
  const { broker } = infrastructure
  for (const partition of [0, 1, 2]) {
    await broker.publish([{ ...message('p.sales.order-placed', 'order-2', `in ${partition}`), partition }])
    await broker.publish([{ ...message('p.sales.order-placed', 'order-3', `other ${partition}`), partition }])
  }
  const steps = await journey('order-2', endpoints, infrastructure)
  expect(new Set(steps.map(({ id }) => id))).toEqual(new Set([0, 1, 2].map((partition) => `in ${partition}`)))
})

test("an order's id of version 7 says since when it can be anywhere: older records are not read", async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const infrastructure = await deployed()
  const { broker } = infrastructure
  const key = uuid7(Date.parse('2026-02-03T12:00:00Z'))
  const publish = async (time: string, ...messages: OutgoingRecord[]) => {
    vi.setSystemTime(`2026-02-03T${time}Z`)
    await broker.publish(messages)
  }
  await publish('11:00:00', message('p.sales.place-order', '41', 'older'), message('p.sales.order-placed', '41', 'older, too'))
  await publish('11:59:10', message('p.sales.place-order', key, 'by a clock that is behind'))
  await publish('12:00:01', message('p.sales.order-placed', key, 'placed'), message('p.sales.order-placed', '43', 'newer'))
  const read: string[] = []
  const admin: BrokerAdmin = {
    ...broker.admin,
    async *read(topic, options) {
      for await (const record of broker.admin.read(topic, options)) {
        read.push(String(record.headers['ce_id']))
        yield record
      }
    },
  }
  const idsOf = async (order: string) => (await journey(order, endpoints, { ...infrastructure, admin })).map(({ id }) => id)
  expect(await idsOf(key)).toEqual(['by a clock that is behind', 'placed'])
  expect(read.toSorted()).toEqual(['by a clock that is behind', 'newer', 'placed'])
  expect((await idsOf('41')).toSorted()).toEqual(['older', 'older, too'])
  expect(await idsOf('43')).toEqual(['newer'])
})

test('an order is found also when the clock of whoever made its id was ahead', async () => {
  const infrastructure = await deployed()
  const key = uuid7(Date.now() + 3_600_000)
  await infrastructure.broker.publish([message('p.sales.place-order', key, 'placing')])
  expect((await journey(key, endpoints, infrastructure)).map(({ id }) => id)).toEqual(['placing'])
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

const entryOf = ({ topic: from, partition, offset, headers, key }: BrokerRecord, more: Partial<HandledEntry>): HandledEntry =>
  anEntry({
    id: headerText(headers, 'ce_id') ?? '',
    source: headerText(headers, 'ce_source') ?? from,
    conversationId: 'c-1',
    key: String(key),
    topic: from,
    partition,
    offset: Number(offset),
    handler: 'OrderPlaced',
    sentAt: 0,
    startedAt: Date.now(),
    durationUs: 2_000,
    ...more,
  })

/** Billing handles what failingBilling has published, and says so. */
async function auditedBilling() {
  const failing = await failingBilling()
  const registry = memoryRegistry()
  const { topic, subject } = plan(billing, 'p.').audit
  const schemaId = await registry.register(subject, auditSchema)
  const encode = auditEncoder({ topic, instance: 'i-1', schemaId })
  const tell = (messages: readonly HandledEntry[]) =>
    failing.broker.publish([
      encode({ endpoint: 'billing', instance: 'i-1', at: Date.now(), lane: null, messages, heartbeat: null }),
    ])
  const ground = { admin: failing.broker.admin, prefix: 'p.', registry }
  return { failing, ground, tell }
}

test('where endpoints keep an audit, the journey says who has handled what, also what succeeded', async () => {
  const { failing, ground, tell } = await auditedBilling()
  const { broker } = failing
  await failing.receive('m-1', { key: 'order-1', headers: { ce_source: 'sales' } })
  await broker.publish([message('p.sales.order-placed', 'order-1', 'm-2'), message('p.sales.order-placed', 'order-2', 'm-3')])
  const records = await all(broker.admin.read('p.sales.order-placed'))
  await tell(
    records.map((record) =>
      entryOf(record, headerText(record.headers, 'ce_id') === 'm-1' ? { outcome: 'deadLettered', errorType: 'Error' } : {}),
    ),
  )
  await broker.publish([message('p.billing.audit', 'i-1', 'no audit')])

  const steps = await journey('order-1', [billing], ground)
  const found = steps.map(({ kind, id, endpoint, handler, durationUs }) => [kind, id, endpoint, handler, durationUs])
  expect(found).toHaveLength(4)
  expect(found).toEqual(
    expect.arrayContaining([
      ['message', 'm-1', undefined, undefined, undefined],
      ['dead-letter', 'm-1', 'billing', undefined, undefined],
      ['message', 'm-2', undefined, undefined, undefined],
      ['handled', 'm-2', 'billing', 'OrderPlaced', 2_000],
    ]),
  )
  const withoutRegistry = await journey('order-1', [billing], { ...ground, registry: undefined })
  expect(withoutRegistry.map(({ kind }) => kind).toSorted()).toEqual(['dead-letter', 'message', 'message'])
})

test('a message without an id is one in the topics and in the audit', async () => {
  const { failing, ground, tell } = await auditedBilling()
  const { broker } = failing
  await broker.publish([{ topic: 'p.sales.order-placed', key: 'order-1', value: null, headers: {} }])
  const [record] = await all(broker.admin.read('p.sales.order-placed'))
  if (record === undefined) throw new Error('the record is gone')
  const place = `p.sales.order-placed/${record.partition}/0`
  await tell([entryOf(record, { id: place })])
  const steps = await journey('order-1', [billing], ground)
  expect(steps.map(({ kind, id }) => [kind, id])).toEqual([
    ['message', place],
    ['handled', place],
  ])
  expect(new Set(steps.map((each) => each.message)).size).toBe(1)
})

test('without the records a journey is what the audits tell: messages, who handled them, and what failed', () => {
  const entry = anEntry({
    id: 'm-1',
    conversationId: 'c-1',
    key: 'order-1',
    offset: 7,
    handler: 'OrderPlaced',
    sentAt: 0,
    durationUs: 2_000,
  })
  const told = (endpoint: string, at: number, more: Partial<HandledEntry>): ToldDelivery => ({
    endpoint,
    instance: endpoint,
    at,
    entry: { ...entry, sentAt: 10, startedAt: at, ...more },
  })
  const retried = {
    topic: 'billing.retry.2s',
    offset: 0,
    originalTopic: 'sales.order-placed',
    originalPartition: 0,
    originalOffset: 7,
  }
  const deliveries = [
    told('billing', 30, { outcome: 'retried', errorType: 'RangeError', attempt: 3 }),
    told('billing', 2_030, { ...retried, attempt: 4 }),
    told('stock', 20, {}),
    told('stock', 40, { offset: 8, outcome: 'duplicate' }),
    told('shipping', 50, {
      id: 'm-2',
      offset: 9,
      causationId: 'm-1',
      sentAt: 45,
      handler: null,
      saga: 'shipping-policy',
      sagaId: 'order-1',
    }),
  ]
  const steps = journeyOf([], deliveries, new Map([['sales.OrderPlaced', 'event']]))
  const shown = steps.map(({ kind, id, at, endpoint, handler, messageKind, error, topic, offset }) => ({
    kind,
    id,
    at,
    endpoint,
    handler,
    messageKind,
    error: error && `${error.type} ${error.attempts}`,
    place: `${topic}/${offset}`,
  }))
  const event = { messageKind: 'event', error: undefined }
  const placed = { ...event, id: 'm-1', place: 'sales.order-placed/7' }
  expect(shown).toEqual([
    { ...placed, kind: 'message', at: 10, endpoint: undefined, handler: undefined },
    { ...placed, kind: 'handled', at: 22, endpoint: 'stock', handler: 'OrderPlaced' },
    { ...placed, kind: 'retry', at: 32, endpoint: 'billing', handler: 'OrderPlaced', error: 'RangeError 3' },
    { ...event, kind: 'message', id: 'm-2', at: 45, endpoint: undefined, handler: undefined, place: 'sales.order-placed/9' },
    {
      ...event,
      kind: 'handled',
      id: 'm-2',
      at: 52,
      endpoint: 'shipping',
      handler: 'shipping-policy',
      place: 'sales.order-placed/9',
    },
    { ...placed, kind: 'handled', at: 2_032, endpoint: 'billing', handler: 'OrderPlaced', place: 'billing.retry.2s/0' },
  ])
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
  handler: undefined,
  durationUs: undefined,
  error: undefined,
})
