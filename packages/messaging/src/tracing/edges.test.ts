import { describe, expect, test } from 'vitest'
import { type Endpoint, endpoint } from '../definition/endpoint.ts'
import { batchHandler, handler, transactionalHandler } from '../definition/handler.ts'
import { Postpone } from '../definition/outcome.ts'
import { saga } from '../definition/saga.ts'
import { billing, placed } from '../engine/testing/billing.ts'
import { OrderBilled, OrderPlaced, PaymentOverdue } from '../engine/testing/messages.ts'
import { sql } from '../engine/testing/sqlStore.ts'
import { untilIdle, useVirtualTime } from '../engine/testing/virtualTime.ts'
import { ce, headerText } from '../headers.ts'
import { replay } from '../operations/replay.ts'
import { foreignTrace, tracedSystem } from './testing/tracedSystem.ts'

// Each asynchronous edge: what is behind it is in the trace of what was before it.

useVirtualTime()

const withAttempt = ({ name, attributes }: { name: string; attributes: Readonly<Record<string, unknown>> }) =>
  'petrel.attempt' in attributes ? `${name} #${String(attributes['petrel.attempt'])}` : name

/** An endpoint that has handled one message, which belongs to a trace. */
async function afterOneMessage(definition: Endpoint) {
  const system = await tracedSystem(definition)
  const trace = foreignTrace()
  await system.start()
  const id = await system.publishFrom(trace, placed(1))
  await system.settled()
  return { system, trace, id }
}

test('what a handler publishes continues the trace of its message, and so does whoever handles that', async () => {
  const bills = handler(OrderPlaced, (order, { publish }) => publish(OrderBilled(order)))
  const thanks = handler(OrderBilled, () => {})
  const { system, trace } = await afterOneMessage(
    endpoint({ name: 'billing', handlers: [bills, thanks], produces: [OrderBilled], partitions: 1 }),
  )

  expect(await system.drawn(trace)).toEqual([
    'process sales.order-placed',
    '  send billing.order-billed',
    '    process billing.order-billed',
    '      save',
    '  save',
  ])
  const [billed] = await system.records('billing.order-billed')
  const send = system.receiver.spans.find(({ name }) => name === 'send billing.order-billed')
  expect(headerText(billed?.headers ?? {}, ce.traceparent)).toBe(`00-${trace.traceId}-${send?.spanId}-01`)
})

test('a message is linked with where it was sent, and says by OpenTelemetry’s names what it is', async () => {
  const { endpoint: endpointOfBilling } = billing()
  const { system, trace, id } = await afterOneMessage(endpointOfBilling)

  const spans = await system.exported()
  const process = spans.find(({ name }) => name.startsWith('process'))
  expect(process).toMatchObject({
    service: 'billing',
    kind: 'SPAN_KIND_CONSUMER',
    parentSpanId: trace.spanId,
    links: [{ traceId: trace.traceId, spanId: trace.spanId }],
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'sales.order-placed',
      'messaging.destination.partition.id': '0',
      'messaging.consumer.group.name': 'billing',
      'messaging.message.id': id,
      'messaging.message.conversation_id': id,
      'petrel.message.type': 'sales.OrderPlaced',
      'petrel.outcome': 'handled',
    },
  })
  expect(spans.find(({ name }) => name.startsWith('send'))).toMatchObject({
    kind: 'SPAN_KIND_PRODUCER',
    attributes: { 'messaging.operation.type': 'send', 'messaging.destination.name': 'billing.order-billed' },
  })
})

test('each try at once is a span of its own beside the others, and what failed says why', async () => {
  const { endpoint: endpointOfBilling } = billing((_order, _context, run) => {
    if (run < 3) throw new RangeError('not now')
  })
  const { system, trace } = await afterOneMessage(endpointOfBilling)

  expect(await system.drawn(trace, withAttempt)).toEqual([
    'process sales.order-placed #1 ✗',
    'process sales.order-placed #2 ✗',
    'process sales.order-placed #3',
    '  send billing.order-billed',
    '  save',
  ])
  expect(system.receiver.spans.find(({ failed }) => failed)?.attributes).toMatchObject({
    'error.type': 'RangeError',
    'petrel.outcome': 'again',
  })
})

test('a retry after a delay stays in the trace, with the way through its topic', async () => {
  const { endpoint: endpointOfBilling } = billing(
    (_order, _context, run) => {
      if (run < 2) throw new Error('not now')
    },
    { recoverability: { immediate: 0 } },
  )
  const { system, trace } = await afterOneMessage(endpointOfBilling)

  expect(await system.drawn(trace, withAttempt)).toEqual([
    'process sales.order-placed #1 ✗',
    'send billing.retry.2s',
    'process billing.retry.2s #2',
    '  send billing.order-billed',
    '  save',
  ])
})

test('a message that is postponed has not failed, and comes back in its trace', async () => {
  const { endpoint: endpointOfBilling } = billing((_order, _context, run) => {
    if (run < 2) throw new Postpone('1m', 'too early')
  })
  const { system, trace } = await afterOneMessage(endpointOfBilling)

  expect(await system.drawn(trace)).toEqual([
    'process sales.order-placed',
    'send billing.postponed',
    'process billing.postponed',
    '  send billing.order-billed',
    '  save',
  ])
})

test('a saga continues the trace of each of its messages, and its timeout that of the message that asked for it', async () => {
  const policy = saga('payment-policy', () => ({}))
    .startedBy(OrderPlaced, 'orderId', (order, { requestTimeout }) => requestTimeout(PaymentOverdue(order), '30s'))
    .timeout(PaymentOverdue, (order, { publish }) => publish(OrderBilled(order)))
  const { system, trace } = await afterOneMessage(
    endpoint({ name: 'billing', sagas: [policy], produces: [PaymentOverdue, OrderBilled], partitions: 1 }),
  )

  expect(await system.drawn(trace)).toEqual([
    'load',
    'process sales.order-placed',
    '  send billing.payment-overdue',
    '    send billing.payment-overdue',
    '    load',
    '    process billing.payment-overdue',
    '      send billing.order-billed',
    '      save',
    '  save',
  ])
})

describe('a batch handler', () => {
  const bill = batchHandler(OrderPlaced, async (orders, { tx, each }) => {
    await tx.query(sql.write, [orders.length])
    each(({ data, publish }) => publish(OrderBilled(data)))
  })
  const batchBilling = endpoint({ name: 'billing', handlers: [bill], produces: [OrderBilled], partitions: 1 })

  test('has one span that is linked with all messages, and one in the trace of each', async () => {
    const system = await tracedSystem(batchBilling)
    const [one, other] = [foreignTrace(), foreignTrace()]
    await system.publishFrom(one, placed(1))
    await system.publishFrom(other, placed(2))
    await system.start()
    await system.settled()

    const whole = ['process sales.order-placed', '  send billing.order-billed']
    expect(await system.drawn(one)).toEqual(whole)
    expect(await system.drawn(other)).toEqual(whole)
    const batch = system.receiver.spans.find(({ attributes }) => attributes['messaging.batch.message_count'] !== undefined)
    expect(batch?.links).toEqual([one, other].map(({ traceId, spanId }) => ({ traceId, spanId })))
    expect(await system.drawn({ ...one, traceId: batch?.traceId ?? '' })).toEqual([
      'process sales.order-placed',
      '  write',
      '  commit',
    ])
    const member = system.receiver.trace(one.traceId).find(({ name }) => name.startsWith('process'))
    expect(member?.links).toContainEqual({ traceId: batch?.traceId, spanId: batch?.spanId })
  })

  test('is recorded when one of its messages is, and only that one leaves spans', async () => {
    const system = await tracedSystem(batchBilling)
    const [recorded, other] = [foreignTrace(), foreignTrace({ recorded: false })]
    await system.publishFrom(recorded, placed(1))
    await system.publishFrom(other, placed(2))
    await system.start()
    await system.settled()

    expect(await system.drawn(recorded)).toHaveLength(2)
    expect(await system.drawn(other)).toEqual([])
    const billed = await system.records('billing.order-billed')
    expect(billed.map(({ headers }) => headerText(headers, ce.traceparent))).toContain(other.headers.traceparent)
  })

  test('shows which of its messages has failed, and which was only rolled back with it', async () => {
    const declines = batchHandler(OrderPlaced, async (_orders, { each }) => {
      each(({ data }) => {
        if (data.number === 2) throw new Error('declined')
      })
    })
    const system = await tracedSystem(
      endpoint({ name: 'billing', handlers: [declines], partitions: 1, recoverability: { immediate: 0, delayed: [] } }),
    )
    const [good, bad] = [foreignTrace(), foreignTrace()]
    await system.publishFrom(good, placed(1))
    await system.publishFrom(bad, placed(2))
    await system.start()
    await system.settled()

    expect(await system.drawn(good)).toEqual(['process sales.order-placed', 'process sales.order-placed'])
    expect(await system.drawn(bad)).toEqual(['process sales.order-placed ✗', 'send billing.dlt'])
  })
})

test('queries of a transactional handler are inside of its message, and so is the commit of a message alone', async () => {
  const bill = transactionalHandler(OrderPlaced, async (order, { tx, publish }) => {
    await tx.query(sql.write, [order.number])
    publish(OrderBilled(order))
  })
  const { system, trace } = await afterOneMessage(
    endpoint({ name: 'billing', handlers: [bill], produces: [OrderBilled], partitions: 1 }),
  )

  expect(await system.drawn(trace)).toEqual(['process sales.order-placed', '  write', '  send billing.order-billed', '  commit'])
})

test('what is sent from the outbox after a crash is in the trace of the message that was handled before it', async () => {
  const { endpoint: endpointOfBilling } = billing()
  const system = await tracedSystem(endpointOfBilling)
  const trace = foreignTrace()
  const first = await system.start()
  first.process.killAt('after save')
  await system.publishFrom(trace, placed(1))
  await untilIdle()
  expect(first.process.isKilled).toBe(true)
  await system.start()
  await system.settled()

  // The spans of the process that was killed are lost with it, as far as they had not ended.
  expect(await system.drawn(trace)).toContain('send billing.order-billed')
  const [billed] = await system.records('billing.order-billed')
  expect(headerText(billed?.headers ?? {}, ce.traceparent)).toContain(trace.traceId)
})

test('a dead letter keeps its trace, and its replay continues there', async () => {
  let isMended = false
  const { endpoint: endpointOfBilling } = billing(
    () => {
      if (!isMended) throw new Error('a bug')
    },
    { recoverability: { immediate: 1, delayed: [] } },
  )
  const { system, trace } = await afterOneMessage(endpointOfBilling)
  const [letter] = await system.records('billing.dlt')
  expect(headerText(letter?.headers ?? {}, ce.traceparent)).toBe(trace.headers.traceparent)
  isMended = true
  expect((await replay({ endpoint: 'billing', by: 'a person' }, { broker: system.broker, prefix: '' })).replayed).toBe(1)
  await system.settled()

  expect(await system.drawn(trace)).toEqual([
    'process sales.order-placed ✗',
    'process sales.order-placed ✗',
    'send billing.dlt',
    'process billing.replay',
    '  send billing.order-billed',
    '  save',
  ])
})
