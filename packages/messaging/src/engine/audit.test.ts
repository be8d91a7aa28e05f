import { describe, expect, test, vi } from 'vitest'
import type { HandledEntry } from '../audit/audit.ts'
import { deliveriesIn } from '../audit/deliveries.ts'
import { RecordRefused, TopicUnavailable } from '../broker/port.ts'
import { endpoint } from '../definition/endpoint.ts'
import { batchHandler, handler, transactionalHandler } from '../definition/handler.ts'
import { Postpone, Unrecoverable } from '../definition/outcome.ts'
import { saga } from '../definition/saga.ts'
import { type Log, silentLog } from '../log.ts'
import { uuid7 } from '../uuid7.ts'
import { isAudit } from './testing/audits.ts'
import { billing, placed } from './testing/billing.ts'
import { gates } from './testing/gates.ts'
import { InvoiceOrder, OrderBilled, OrderCancelled, OrderPlaced, PaymentOverdue, RefundOrder } from './testing/messages.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { passTime, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const entriesOf = async (system: TestSystem) => (await system.audits()).flatMap(({ messages }) => messages)

/** Every way in which a message is handled. */
const everyWay = () =>
  endpoint({
    name: 'billing',
    handlers: [
      handler(OrderPlaced, (order, { publish }) => publish(OrderBilled(order))),
      transactionalHandler(RefundOrder, () => {}),
      batchHandler(InvoiceOrder, async (_, { each }) => void each(() => {})),
    ],
    sagas: [saga('count-policy', () => ({})).startedBy(OrderCancelled, 'orderId', () => {})],
    produces: [OrderBilled],
    partitions: 1,
    recoverability: { immediate: 1, delayed: ['2s'] },
  })

const order = (number: number) => ({ orderId: `order-${number}`, number })

test('of each message it says who handled it, where it lies, and for how long; one record for what is saved together', async () => {
  const system = await testSystem(everyWay())
  const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
  const headers = { ...trace, ce_conversationid: 'c-1', ce_causationid: 'm-0' }
  const [placedId = ''] = await system.publish({ message: placed(1), headers })
  await system.publish(RefundOrder(order(2)), InvoiceOrder(order(3)), OrderCancelled(order(4)), placed(5))
  await system.start()
  await system.settled()
  const at = Date.now()
  const entries = await entriesOf(system)
  expect(entries.find(({ id }) => id === placedId)).toEqual({
    id: placedId,
    source: 'outside',
    type: 'sales.OrderPlaced',
    conversationId: 'c-1',
    causationId: 'm-0',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    key: 'order-1',
    topic: 'sales.order-placed',
    partition: 0,
    offset: 0,
    originalTopic: null,
    originalPartition: null,
    originalOffset: null,
    handler: 'OrderPlaced',
    saga: null,
    sagaId: null,
    outcome: 'handled',
    attempt: 1,
    errorType: null,
    sentAt: at,
    startedAt: at,
    durationUs: expect.any(Number),
    replayOf: null,
    sagaStep: null,
  } satisfies HandledEntry)
  const who = entries.map(({ key, handler: by, saga: policy, sagaId, outcome }) => [key, by, policy, sagaId, outcome])
  expect(who.toSorted((one, other) => String(one[0]).localeCompare(String(other[0])))).toEqual([
    ['order-1', 'OrderPlaced', null, null, 'handled'],
    ['order-2', 'RefundOrder', null, null, 'handled'],
    ['order-3', 'InvoiceOrder', null, null, 'handled'],
    ['order-4', null, 'count-policy', 'order-4', 'handled'],
    ['order-5', 'OrderPlaced', null, null, 'handled'],
  ])
  const audits = await system.audits()
  expect(audits.map(({ messages }) => messages.length).toSorted((one, other) => one - other)).toEqual([1, 1, 3])
  expect(
    audits.every(({ endpoint: name, lane, heartbeat }) => name === 'billing' && lane === 'billing/0' && heartbeat === null),
  ).toBe(true)
  expect(new Set(audits.map(({ instance }) => instance)).size).toBe(1)
})

test('of a message of a saga it says whether the saga began, went on or ended by it, and which timeouts come', async () => {
  const policy = saga('tab-policy', () => ({ seen: 0 }))
    .startedBy(OrderPlaced, 'orderId', ({ orderId, number }, { requestTimeout }) =>
      requestTimeout(PaymentOverdue({ orderId, number }), '30s'),
    )
    .on(RefundOrder, 'orderId', (_, { state }) => void (state.seen += 1))
    .on(OrderCancelled, 'orderId', (_, { complete }) => complete())
    .timeout(PaymentOverdue, () => {})
  const billingWithTabs = endpoint({ name: 'billing', sagas: [policy], produces: [PaymentOverdue], partitions: 1 })
  const system = await testSystem(billingWithTabs)
  await system.start()
  const at = Date.now()
  for (const message of [RefundOrder(order(1)), placed(1), RefundOrder(order(1)), OrderCancelled(order(1)), placed(1)]) {
    await system.publish(message)
    await system.settled()
  }
  const entries = await entriesOf(system)
  expect(entries.map(({ type, sagaStep }) => [type, sagaStep?.change])).toEqual([
    ['billing.RefundOrder', 'ignored'],
    ['sales.OrderPlaced', 'begun'],
    ['billing.PaymentOverdue', 'changed'],
    ['billing.RefundOrder', 'changed'],
    ['sales.OrderCancelled', 'completed'],
    ['sales.OrderPlaced', 'ignored'],
  ])
  const [, began, overdue] = entries
  const [timeout, ...others] = entries.flatMap(({ sagaStep }) => sagaStep?.timeouts ?? [])
  expect([began?.sagaStep?.timeouts, others]).toEqual([[timeout], []])
  expect(timeout).toMatchObject({ id: overdue?.id, type: 'billing.PaymentOverdue' })
  expect(timeout?.dueAt).toBeGreaterThanOrEqual(at + 30_000)
})

const fail = () => {
  throw new RangeError('bug')
}

test.each([
  ['message', placed(1)],
  ['message in transaction', RefundOrder(order(1))],
  ['batch', InvoiceOrder(order(1))],
  ['saga', OrderCancelled(order(1))],
])('every failure is told with the tries so far, by a handler of a %s', async (_, message) => {
  const failing = endpoint({
    name: 'billing',
    handlers: [
      handler(OrderPlaced, fail),
      transactionalHandler(RefundOrder, fail),
      batchHandler(InvoiceOrder, async (__, { each }) => void each(fail)),
    ],
    sagas: [saga('count-policy', () => ({})).startedBy(OrderCancelled, 'orderId', fail)],
    partitions: 1,
    recoverability: { immediate: 1, delayed: ['2s'] },
  })
  const system = await testSystem(failing)
  const [id] = await system.publish(message)
  await system.start()
  await system.settled()
  const [first, last] = await entriesOf(system)
  expect(first).toMatchObject({ id, outcome: 'retried', attempt: 2, errorType: 'RangeError', topic: message.type.topic })
  expect(first).toMatchObject({ originalTopic: null, originalOffset: null })
  expect(last).toMatchObject({ id, outcome: 'deadLettered', attempt: 4, errorType: 'RangeError', topic: 'billing.retry.2s' })
  expect(last).toMatchObject({ originalTopic: message.type.topic, originalPartition: 0, originalOffset: 0 })
})

test('a message that is postponed and then handled has an entry for each, and one that cannot be read has one', async () => {
  const { endpoint: billingOnce } = billing((_, __, run) => {
    if (run === 1) throw new Postpone('30s')
  })
  const system = await testSystem(billingOnce)
  await system.publish(placed(1))
  await system.broker.publish([{ topic: 'sales.order-placed', key: 'order-2', value: Buffer.from('?'), headers: {} }])
  await system.start()
  await system.settled()
  const told = (await entriesOf(system)).map(({ id, outcome, errorType, topic }) => [id, outcome, errorType, topic])
  expect(told).toEqual([
    [expect.any(String), 'postponed', 'Postpone', 'sales.order-placed'],
    ['sales.order-placed/0/1', 'deadLettered', 'Undecodable', 'sales.order-placed'],
    [expect.any(String), 'handled', null, 'billing.postponed'],
  ])
})

test('a message that comes again is a duplicate, within a batch and later', async () => {
  const { endpoint: once } = billing()
  const system = await testSystem(once)
  await system.start()
  const message = { message: placed(1), id: 'm-1' }
  await system.publish(message, message)
  await untilIdle()
  await system.publish(message, placed(2))
  await system.settled()
  const told = (await entriesOf(system)).map(({ id, offset, outcome }) => [id === 'm-1', offset, outcome])
  expect(told).toEqual([
    [true, 0, 'handled'],
    [true, 1, 'duplicate'],
    [false, 3, 'handled'],
    [true, 2, 'duplicate'],
  ])
})

test('a batch that comes again after a crash was handled, whatever is said of it then', async () => {
  const system = await testSystem(billing().endpoint)
  const first = await system.start()
  first.process.killAt('before commit')
  await system.publish(placed(1), placed(2))
  await untilIdle()
  await system.start()
  await system.settled()
  expect((await entriesOf(system)).map(({ outcome }) => outcome)).toEqual([
    'handled',
    'handled',
    'handled',
    'handled',
    'duplicate',
    'duplicate',
  ])
  expect(deliveriesIn(await system.audits()).map(({ entry }) => entry.outcome)).toEqual(['handled', 'handled'])
})

const replayed = (id: string) => ({ message: placed(1), id, headers: { 'petrel-replay-of': 'billing.dlt/0/7' } })

describe('what was sent back by a person', () => {
  test.each(['all', 'replays', 'off'] as const)('is always told what became of it, with AUDIT=%s', async (audit) => {
    const { endpoint: definition } = billing(
      (_, __, run) => {
        if (run === 1) throw new Error('not yet')
      },
      { recoverability: { immediate: 0, delayed: ['2s'] } },
    )
    const system = await testSystem(definition, { audit })
    await system.publish(placed(2), replayed('m-1'))
    await system.start()
    await system.settled()
    await system.publish(replayed('m-1'))
    await system.settled()
    const told = (await entriesOf(system)).filter(({ id }) => id === 'm-1')
    expect(told.map(({ outcome, replayOf }) => [outcome, replayOf])).toEqual([
      ['retried', 'billing.dlt/0/7'],
      ['handled', 'billing.dlt/0/7'],
      ['duplicate', 'billing.dlt/0/7'],
    ])
    expect((await entriesOf(system)).length > told.length).toBe(audit === 'all')
  })

  test('where nothing else is told, a batch without it has no record of the audit', async () => {
    const system = await testSystem(billing().endpoint, { audit: 'replays' })
    await system.publish(placed(1), placed(2))
    await system.start()
    await system.settled()
    expect(system.store.unitsReceived[0]?.outgoing.map(({ topic }) => topic)).toEqual(Array(2).fill('billing.order-billed'))
    expect(await system.audits()).toEqual([])
  })
})

test('what was saved before a crash is told after it, and once', async () => {
  const system = await testSystem(billing().endpoint)
  const first = await system.start()
  first.process.killAt('after save')
  const ids = await system.publish(placed(1), placed(2))
  await untilIdle()
  expect(await system.audits()).toEqual([])
  await system.start()
  await system.settled()
  const handled = (await entriesOf(system)).filter(({ outcome }) => outcome === 'handled')
  expect(handled.map(({ id }) => id)).toEqual(ids)
  expect(deliveriesIn(await system.audits()).map(({ entry }) => entry.outcome)).toEqual(['handled', 'handled'])
})

function keptLog(): { readonly log: Log; readonly warnings: string[] } {
  const warnings: string[] = []
  return { warnings, log: { ...silentLog, warn: (_: object, text: string) => void warnings.push(text) } }
}
const failsFirst = () =>
  billing(({ number }) => {
    if (number === 1) throw new Unrecoverable('no')
  })

/** The groups share their partitions out anew when a topic goes. */
async function deleteTopic(system: TestSystem, topic: string): Promise<void> {
  await system.broker.admin.deleteTopics([topic])
  await untilIdle()
}

/** Message 1 is a dead letter, the others are handled, and nothing else is in the dead letter topic. */
async function expectHandled(system: TestSystem, ids: readonly string[]): Promise<void> {
  await system.settled()
  expect(await system.ids('billing.dlt')).toEqual(ids.slice(0, 1))
  expect((await system.records('billing.order-billed')).map(({ key }) => String(key))).toEqual(
    ids.slice(1).map((_, index) => `order-${index + 2}`),
  )
}

const listening = (hear: (order: { readonly number: number }) => void | Promise<void> = () => {}) =>
  endpoint({ name: 'billing', handlers: [handler(OrderPlaced, hear)], partitions: 1, recoverability: { delayed: ['2s'] } })

/** How often its audit is published, and how much of it each time. */
function publishes(system: TestSystem): number[] {
  const counts: number[] = []
  const publish = system.broker.publish.bind(system.broker)
  system.broker.publish = (records) => {
    const audits = records.filter(isAudit).length
    if (audits > 0) counts.push(audits)
    return publish(records)
  }
  return counts
}

async function oneByOne(system: TestSystem, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) {
    await system.publish(placed(number))
    await untilIdle()
  }
}

describe('an endpoint that says nothing else', () => {
  test('publishes its audit for several batches together: when it has nothing to do, and leaves no outbox row', async () => {
    const system = await testSystem(listening())
    const counts = publishes(system)
    await system.start()
    await oneByOne(system, [1, 2, 3])
    expect(counts).toEqual([])
    await passTime(1_000)
    expect(counts).toEqual([3])
    expect(await entriesOf(system)).toHaveLength(3)
    expect(await system.store.pendingOutbox('billing/0')).toEqual([])
  })

  test('does not let it wait for handlers that take their time', async () => {
    const { hold, open } = gates()
    const system = await testSystem(listening(({ number }) => (number === 3 ? hold(3) : undefined)))
    const counts = publishes(system)
    await system.start()
    await oneByOne(system, [1, 2, 3])
    await passTime(5_000)
    expect(counts).toEqual([2])
    expect(await system.store.pendingOutbox('billing/0')).toEqual([])
    open(3)
    await passTime(1_000)
    expect(counts).toEqual([2, 1])
    expect(await entriesOf(system)).toHaveLength(3)
  })

  test('does not let it wait for more than some batches, or longer than half a second while it is busy', async () => {
    const system = await testSystem(listening())
    const counts = publishes(system)
    await system.start()
    await oneByOne(
      system,
      Array.from({ length: 21 }, (_, number) => number),
    )
    expect(counts).toEqual([21])
    await oneByOne(system, [21])
    for (const number of [22, 23, 24]) {
      await vi.advanceTimersByTimeAsync(300)
      await oneByOne(system, [number])
    }
    expect(counts).toEqual([21, 3])
  })

  test('publishes it with what it says, before it stops, and after a crash', async () => {
    const system = await testSystem(listening())
    const counts = publishes(system)
    const first = await system.start()
    await oneByOne(system, [1, 2])
    await first.stop()
    expect(counts).toEqual([2])
    const second = await system.start()
    await oneByOne(system, [3])
    second.process.kill()
    await system.start()
    await untilIdle()
    expect(counts).toEqual([2, 1])
    expect((await entriesOf(system)).map(({ key, outcome }) => [key, outcome])).toEqual(
      [1, 2, 3].map((number) => [`order-${number}`, 'handled']),
    )
  })
})

describe('an audit that is not taken', () => {
  test('an endpoint that is not deployed with it handles its messages, says so once, and begins when it is', async () => {
    const { log, warnings } = keptLog()
    const { endpoint: definition } = failsFirst()
    const system = await testSystem(definition, { log })
    await system.broker.admin.deleteTopics(['billing.audit'])
    const maxMessageBytes = system.broker.admin.maxMessageBytes.bind(system.broker.admin)
    let isDeployed = false
    Object.assign(system.broker.admin, {
      maxMessageBytes: async (topics: readonly string[]) => {
        const limits = await maxMessageBytes(topics)
        if (!isDeployed) limits.delete('billing.audit')
        return limits
      },
    })
    await system.start()
    const ids = await system.publish(placed(1), placed(2))
    await expectHandled(system, ids)
    expect(await system.audits()).toEqual([])
    expect(warnings.filter((text) => text.includes('audit'))).toEqual([expect.stringContaining('Run: petrel deploy billing')])

    isDeployed = true
    await passTime(60_000)
    const [id] = await system.publish(placed(3))
    await system.settled()
    expect((await entriesOf(system)).map((entry) => entry.id)).toEqual([id])
  })

  test('a topic that is deleted while the endpoint runs keeps no message, and is used again when it is there', async () => {
    const { log, warnings } = keptLog()
    const { endpoint: definition } = failsFirst()
    const system = await testSystem(definition, { log })
    await system.start()
    await deleteTopic(system, 'billing.audit')
    const ids = await system.publish(placed(1), placed(2), placed(3))
    await expectHandled(system, ids)
    const more = await system.publish(placed(4))
    await expectHandled(system, [...ids, ...more])
    await passTime(31_000)
    expect(warnings.filter((text) => text.includes('audit'))).toHaveLength(1)

    await system.broker.admin.createTopics([{ topic: 'billing.audit', partitions: 1, config: {} }])
    await passTime(60_000)
    const [id] = await system.publish(placed(5))
    await system.settled()
    expect((await entriesOf(system)).map((entry) => entry.id)).toEqual([id])
  })

  test('a topic that nobody leads for some seconds gets everything, and once', async () => {
    const { log, warnings } = keptLog()
    const system = await testSystem(failsFirst().endpoint, { log })
    const engine = await system.start()
    const publish = system.broker.publish.bind(system.broker)
    let isLed = false
    system.broker.publish = (records) =>
      isLed || !records.some(isAudit) ? publish(records) : Promise.reject(new TopicUnavailable('no leader'))
    const ids = await system.publish(placed(1), placed(2))
    await expectHandled(system, ids)
    await passTime(20_000)
    const more = await system.publish(placed(3))
    await expectHandled(system, [...ids, ...more])
    expect(await system.audits()).toEqual([])

    isLed = true
    await passTime(1_000)
    expect(await entriesOf(system)).toHaveLength(3)
    const told = new Map((await entriesOf(system)).map(({ id, outcome }) => [id, outcome]))
    expect(told).toEqual(new Map([...ids, ...more].map((id, index) => [id, index === 0 ? 'deadLettered' : 'handled'])))
    expect(warnings.filter((text) => text.includes('audit'))).toEqual([])

    isLed = false
    await expectHandled(system, [...ids, ...more, ...(await system.publish(placed(4)))])
    isLed = true
    await engine.stop()
    expect(await entriesOf(system)).toHaveLength(4)
  })

  test.each([
    ['refuses its records', (record: RecordRefused['record']) => new RecordRefused(record, 1, 'refused by the test')],
    ['fails in a way that nobody knows', () => new TypeError('no such thing')],
  ])('a topic that %s makes no dead letter of them', async (_, errorOf) => {
    const { log, warnings } = keptLog()
    const { endpoint: definition } = failsFirst()
    const system = await testSystem(definition, { log })
    const publish = system.broker.publish.bind(system.broker)
    system.broker.publish = (records) => {
      const audit = records.find(({ topic }) => topic === 'billing.audit')
      return audit === undefined ? publish(records) : Promise.reject(errorOf(audit))
    }
    await system.start()
    await expectHandled(system, await system.publish(placed(1), placed(2), placed(3)))
    expect(warnings.filter((text) => text.includes('audit'))).toHaveLength(1)
  })

  test('it does not wait with a message whose topic is not there', async () => {
    const { endpoint: definition } = billing()
    const system = await testSystem(definition)
    await system.start()
    await deleteTopic(system, 'billing.order-billed')
    await system.publish(placed(1))
    await passTime(3_000)
    expect(deliveriesIn(await system.audits())).toMatchObject([{ entry: { outcome: 'handled' } }])
    await system.broker.admin.createTopics([{ topic: 'billing.order-billed', partitions: 1, config: {} }])
    await passTime(3_000)
    expect(await system.records('billing.order-billed')).toHaveLength(1)
    expect(await entriesOf(system)).toHaveLength(1)
  })
})

test('it is no message: neither counted as sent, nor in a trace', async () => {
  const system = await testSystem(billing().endpoint)
  await system.publish(placed(1), placed(2))
  await system.start()
  await system.settled()
  expect(await system.audits()).toHaveLength(1)
  expect(await system.metric('messaging_client_sent_messages_total')).toBe(2)
  expect(await system.metric('messaging_client_sent_messages_total', { messaging_destination_name: 'billing.audit' })).toBe(0)
})

test('records of any size are told: texts are cut, and what is too much for one record is in several', async () => {
  const { endpoint: definition } = billing()
  const system = await testSystem(definition)
  const long = 'ä'.repeat(5_000)
  await system.publish(
    ...Array.from({ length: 200 }, (_, number) => ({
      message: placed(number, `${long}${number}`),
      id: `${uuid7()}${long}`,
      headers: { ce_conversationid: long, ce_causationid: long, ce_source: long },
    })),
  )
  await system.start()
  await system.settled()
  const audits = await system.audits()
  expect(audits.length).toBeGreaterThan(1)
  expect(audits.flatMap(({ messages }) => messages)).toHaveLength(200)
  expect(audits[0]?.messages[0]?.conversationId).toBe(long.slice(0, 512))
  for (const { value } of await system.records('billing.audit')) expect(value?.length).toBeLessThan(300_000)
})
