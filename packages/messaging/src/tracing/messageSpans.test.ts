import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readExport } from '../../../../test/support/otlp/readExport.ts'
import { endpoint } from '../definition/endpoint.ts'
import { handler } from '../definition/handler.ts'
import type { Delivery } from '../engine/delivery.ts'
import { openEnvelope } from '../engine/envelope.ts'
import { OrderBilled, OrderPlaced } from '../engine/testing/messages.ts'
import { exportRequest } from './encodeSpan.ts'
import { messageTracing } from './messageTracing.ts'
import { samplingBy } from './sampling.ts'
import { recordingSpans } from './spans.ts'
import { foreignTrace } from './testing/tracedSystem.ts'

const bills = handler(OrderPlaced, () => {})
const billing = endpoint({ name: 'billing', handlers: [bills], produces: [OrderBilled] })
const now = 1_764_000_000_000.25

/** Tracing of billing, and what a collector reads of it. */
function tracedBilling() {
  const request = exportRequest({ 'service.name': 'billing' })
  const spans = recordingSpans({ now: () => now, ended: (each) => request.add(each) }, samplingBy('parentbased_always_on', 1))
  return { tracing: messageTracing(spans, billing, 'test.'), exported: () => readExport(Buffer.from(request.end().body)) }
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 150 })
const message = fc.record({
  id: text,
  conversationId: fc.option(text, { nil: undefined }),
  typeName: fc.option(fc.constantFrom('sales.OrderPlaced', 'größe', 'x'.repeat(130)), { nil: undefined }),
  partition: fc.nat(40),
  offset: fc.maxSafeInteger().map((each) => BigInt(Math.abs(each))),
  waited: fc.integer({ min: -10, max: 2 ** 40 }),
  earlier: fc.nat(3),
  tries: fc.integer({ min: 1, max: 3 }),
  outcome: fc.constantFrom(undefined, 'again', 'postpone'),
})

test('of any message a collector reads what it was, and where it came from', () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 6 }), (messages) => {
      const { tracing, exported } = tracedBilling()
      const traces = messages.map(() => foreignTrace())
      for (const [index, each] of messages.entries()) {
        const attempt = tracing.process(deliveryOf(each, traces[index]?.headers ?? {}), each.tries)
        attempt.end(each.outcome, each.outcome === undefined ? undefined : new RangeError('not now'))
      }
      const spans = exported()
      expect(spans.map(({ attributes }) => attributes)).toEqual(messages.map(expectedOf))
      for (const [index, { traceId, spanId }] of traces.entries())
        expect(spans[index]).toMatchObject({
          name: 'process test.sales.order-placed',
          kind: 'SPAN_KIND_CONSUMER',
          traceId,
          parentSpanId: spanId,
          links: [{ traceId, spanId }],
          failed: messages[index]?.outcome === 'again',
        })
    }),
  )
})

type Message = typeof message extends fc.Arbitrary<infer Made> ? Made : never

function deliveryOf({ id, conversationId, typeName, partition, offset, waited, earlier }: Message, trace: object): Delivery {
  const headers = {
    ce_id: id,
    ...(conversationId !== undefined && { ce_conversationid: conversationId }),
    ...(typeName !== undefined && { ce_type: typeName }),
    ...(earlier > 0 && { 'petrel-attempts': String(earlier) }),
    ...trace,
  }
  const at = { topic: 'test.sales.order-placed', partition, offset, timestamp: Math.floor(now) - waited }
  const envelope = openEnvelope({ ...at, key: null, value: null, headers })
  const route = { type: OrderPlaced, name: 'bills', handler: bills, saga: undefined }
  return { envelope, route, data: {}, undeliverable: undefined, chain: id, tries: 0 }
}

const expectedOf = ({ id, conversationId = id, typeName = 'sales.OrderPlaced', partition, offset, ...each }: Message) => ({
  'messaging.system': 'kafka',
  'messaging.operation.name': 'process',
  'messaging.operation.type': 'process',
  'messaging.destination.name': 'test.sales.order-placed',
  'messaging.consumer.group.name': 'test.billing',
  'messaging.destination.partition.id': String(partition),
  'messaging.kafka.offset': Number(offset),
  'messaging.message.id': id,
  'messaging.message.conversation_id': conversationId,
  'petrel.message.type': typeName,
  'petrel.handler': 'bills',
  'petrel.attempt': each.earlier + each.tries,
  'petrel.waited_ms': Math.max(0, each.waited),
  'petrel.outcome': each.outcome ?? 'handled',
  ...(each.outcome === 'again' && { 'error.type': 'RangeError' }),
})

test('a message that is sent says its topic and its id', async () => {
  const { tracing, exported } = tracedBilling()
  const encode = tracing.encoding(({ type }, { trace }, id = '') => ({
    id,
    record: { topic: `test.${type.topic}`, key: null, value: null, headers: { ...trace } },
  }))
  const { traceId, spanId, headers } = foreignTrace()
  const { id, record } = encode(OrderBilled({ orderId: '1', number: 1 }), { trace: headers })
  await tracing.publishing({ publish: async () => {} } as never).publish([record])
  const [span] = exported()
  expect(span).toMatchObject({
    name: 'send test.billing.order-billed',
    kind: 'SPAN_KIND_PRODUCER',
    traceId,
    parentSpanId: spanId,
    links: [],
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'test.billing.order-billed',
      'messaging.message.id': id,
    },
  })
  expect(record.headers).toEqual({ traceparent: `00-${traceId}-${span?.spanId}-01` })
})
