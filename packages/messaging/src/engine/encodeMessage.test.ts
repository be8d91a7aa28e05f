import { describe, expect, test } from 'vitest'
import { endpoint } from '../definition/endpoint.ts'
import { event } from '../definition/message.ts'
import { MessageTooLarge } from '../definition/outcome.ts'
import { messageEncoder } from './encodeMessage.ts'
import { topicLimits } from './topicLimits.ts'

interface Note {
  readonly orderId: string
  readonly text: string
}

const described = (fullName: string) => ({
  fullName,
  owner: 'sales',
  topic: 'sales.order-noted',
  key: 'orderId',
  schema: 'string',
})
const OrderNoted = event<Note>(described('sales.OrderNoted'))
const OrderLost = event<Note>(described('sales.OrderLost'))

const sales = endpoint({ name: 'sales', produces: [OrderNoted] })
const encodeMessage = messageEncoder({
  endpoint: sales,
  prefix: 'p.',
  schemaIds: new Map([['sales.OrderNoted', 7]]),
  encode: (_, schemaId, data) => Buffer.from(JSON.stringify([schemaId, data])),
  limits: topicLimits(new Map([['p.sales.order-noted', 100_000]])),
})
const noted = (text = '', orderId = 'a') => OrderNoted({ orderId, text })

describe('an outgoing message', () => {
  test('a message becomes a record with key, body and CloudEvents headers', () => {
    const { id, record } = encodeMessage(noted(), { trace: {} })
    expect(record).toEqual({
      topic: 'p.sales.order-noted',
      key: 'a',
      value: Buffer.from('[7,{"orderId":"a","text":""}]'),
      headers: {
        ce_specversion: '1.0',
        ce_id: id,
        ce_type: 'sales.OrderNoted',
        ce_source: 'sales',
        ce_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        ce_conversationid: id,
        'content-type': 'application/avro',
      },
    })
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  })

  test('a message carries the id, the conversation and the trace of its cause', () => {
    const trace = { traceparent: '00-1-2-01', tracestate: 'a=b' }
    const { record } = encodeMessage(noted(), { id: 'm-1', conversationId: 'c-1', trace })
    expect(record.headers).toMatchObject({ ce_causationid: 'm-1', ce_conversationid: 'c-1', ...trace })
  })

  test('a message gets the id that its caller has chosen', () => {
    expect(encodeMessage(noted(), { trace: {} }, 'm-2')).toMatchObject({ id: 'm-2', record: { headers: { ce_id: 'm-2' } } })
  })

  test('a message that the endpoint does not list in produces is refused', () => {
    expect(() => encodeMessage(OrderLost({ orderId: 'a', text: '' }), { trace: {} })).toThrow(
      /"sales" does not produce sales.OrderLost/,
    )
  })

  test.each([
    { what: 'body', message: noted('x'.repeat(100_001)), trace: {} },
    { what: 'key', message: noted('x'.repeat(60_000), 'k'.repeat(30_000)), trace: {} },
    { what: 'trace', message: noted('x'.repeat(60_000)), trace: { tracestate: 't'.repeat(40_000) } },
  ])('a message is refused when its $what makes it larger than its topic takes', ({ message, trace }) => {
    expect(() => encodeMessage(message, { trace })).toThrow(MessageTooLarge)
    expect(() => encodeMessage(message, { trace })).toThrow(/p.sales.order-noted takes at most 99488/)
  })

  test('a message may be as large as its topic takes', () => {
    expect(() => encodeMessage(noted('x'.repeat(98_000)), { trace: {} })).not.toThrow()
  })
})
