import type { BrokerRecord } from '@petrel/messaging/operations'
import { describe, expect, test } from 'vitest'
import { aboutAny, isAboutRecord, valuesOf } from './aboutSomebody.ts'

const isAbout = aboutAny(valuesOf({ email: ' Ada@example.org ', customer: 'ada', key: 'order-77' }))

test.for([
  'ada@example.org',
  ' ADA@Example.org',
  'No mailbox <ada@example.org>: 550',
  'We wrote to ada@example.org.',
  'GET /mails?to=ada%40example.org&n=1 failed',
  'ada',
  'Ada',
  'order-77',
  'Order order-77 has no lines',
])('%s is about her', (text) => expect(isAbout(text)).toBe(true))

test.for([
  'canada@example.org',
  'x.ada@example.org',
  'ada@example.org.uk',
  'Canada',
  'ada and grace',
  'order-770',
  'my-order-77',
  'order-77-b',
  '',
])('%s is not', (text) => expect(isAbout(text)).toBe(false))

const record = (changes: Partial<BrokerRecord> = {}): BrokerRecord => ({
  topic: 't',
  partition: 0,
  offset: 0n,
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  headers: {},
  timestamp: 0,
  ...changes,
})
const unreadable = { problem: 'Nobody can read it' }
const schema = {
  type: 'record',
  name: 'Letter',
  fields: [
    { name: 'ada', type: 'string' },
    { name: 'to', type: ['null', { type: 'map', values: 'string' }] },
  ],
}

describe('a record is about somebody', () => {
  test.for<[string, BrokerRecord, Parameters<typeof isAboutRecord>[2]]>([
    ['by its key', record({ key: Buffer.from('order-77') }), unreadable],
    ['by a header', record({ headers: { 'x-customer': ['bob', Buffer.from('ada')] } }), unreadable],
    ['by its error', record({ headers: { 'petrel-error-message': 'No mailbox ada@example.org' } }), unreadable],
    ['by its body', record(), { data: { ada: 'ada@example.org', to: null }, schema }],
    ['by a key in its body', record(), { data: { ada: 'x', to: { 'ada@example.org': 'x' } }, schema }],
    ['by a body in JSON', record(), { data: { deep: [{ to: 'ada' }] } }],
    ['by a body that nobody can read', record({ value: Buffer.from('\u0000{"to":"ada@example.org"}') }), unreadable],
  ])('%s', ([, about, body]) => expect(isAboutRecord(isAbout, about, body)).toBe(true))

  test('and not by the name of a field, or when nothing of it says so', () => {
    expect(isAboutRecord(isAbout, record(), { data: { ada: 'x', to: null }, schema })).toBe(false)
    expect(isAboutRecord(isAbout, record({ key: null, value: null }), unreadable)).toBe(false)
  })
})
