import { describe, expect, test } from 'vitest'
import { endpoint } from '../definition/endpoint.ts'
import { event } from '../definition/message.ts'
import { messageEncoder } from './encodeMessage.ts'

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
})
const noted = (text = '', orderId = 'a') => OrderNoted({ orderId, text })

describe('a message on its way out', () => {
  test('is a record with key, body and CloudEvents headers', () => {
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

  test('tells what led to it: the message, its conversation, its trace', () => {
    const trace = { traceparent: '00-1-2-01', tracestate: 'a=b' }
    const { record } = encodeMessage(noted(), { id: 'm-1', conversationId: 'c-1', trace })
    expect(record.headers).toMatchObject({ ce_causationid: 'm-1', ce_conversationid: 'c-1', ...trace })
  })

  test('takes the id that it is given', () => {
    expect(encodeMessage(noted(), { trace: {} }, 'm-2')).toMatchObject({ id: 'm-2', record: { headers: { ce_id: 'm-2' } } })
  })

  test('fails where it is made when the endpoint does not list it in produces', () => {
    expect(() => encodeMessage(OrderLost({ orderId: 'a', text: '' }), { trace: {} })).toThrow(
      /"sales" does not produce sales.OrderLost/,
    )
  })

  test.each([
    { what: 'body', message: noted('x'.repeat(900_001)) },
    { what: 'key beside its body', message: noted('x'.repeat(500_000), 'k'.repeat(300_000)) },
  ])('fails where it is made when its $what is too large for any broker', ({ message }) => {
    expect(() => encodeMessage(message, { trace: {} })).toThrow(/a message takes at most 900000/)
  })

  test('may be as large as a broker takes', () => {
    expect(() => encodeMessage(noted('x'.repeat(890_000)), { trace: {} })).not.toThrow()
  })
})
