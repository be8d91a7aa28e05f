import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BrokerRecord, RecordHeaders } from '../broker/port.ts'
import { ce, failure } from '../headers.ts'
import { identityKey } from '../identity.ts'
import { dueAt, openEnvelope } from './envelope.ts'

const record = (headers: RecordHeaders, place: Partial<BrokerRecord> = {}): BrokerRecord => ({
  topic: 'sales.order-placed',
  partition: 2,
  offset: 17n,
  key: null,
  value: null,
  timestamp: 1_767_323_045_000,
  ...place,
  headers,
})

const origin = {
  [failure.originalTopic]: 'sales.order-placed',
  [failure.originalPartition]: '2',
  [failure.originalOffset]: '17',
  [failure.originalTimestamp]: '1767323045000',
}

describe('the identity of a record', () => {
  test('records with the same id from different sources are different messages', () => {
    const [sales, billing] = ['sales', 'billing'].map((source) => openEnvelope(record({ [ce.id]: 'm-1', [ce.source]: source })))
    expect(sales?.identity).toEqual({ source: 'sales', id: 'm-1', formerId: 'm-1' })
    expect(billing?.identity).toEqual({ source: 'billing', id: 'm-1', formerId: 'm-1' })
  })

  test('a record with an id but no source has its topic as source, also when it comes through a retry topic', () => {
    const expected = { source: 'sales.order-placed', id: 'm-1', formerId: 'm-1' }
    expect(openEnvelope(record({ [ce.id]: 'm-1' })).identity).toEqual(expected)
    expect(openEnvelope(record({ ...origin, [ce.id]: 'm-1' }, { topic: 'billing.retry.2s', offset: 3n })).identity).toEqual(
      expected,
    )
  })

  test('a record without an id is identified by where and when it was first appended, also when it comes through a retry topic', () => {
    const first = openEnvelope(record({}))
    expect(first.identity).toEqual({
      source: 'sales.order-placed',
      id: '2/17@1767323045000',
      formerId: 'sales.order-placed/2/17',
    })
    expect(first.id).toBe('sales.order-placed/2/17')
    const retried = openEnvelope(record(origin, { topic: 'billing.retry.2s', partition: 0, offset: 3n, timestamp: 5 }))
    expect(retried.identity).toEqual(first.identity)
    expect(retried.original).toEqual(first.original)
  })

  test.each([-1, 0, 1_767_323_045, 1_767_323_045_000_000_000, 2 ** 63])(
    'a record without an id that claims the time %d is the same message when it is tried again',
    (timestamp) => {
      const first = openEnvelope(record({}, { timestamp }))
      const retried = openEnvelope(
        record({ ...origin, [failure.originalTimestamp]: String(timestamp) }, { topic: 'billing.retry.2s', timestamp: 5 }),
      )
      expect(retried.identity).toEqual(first.identity)
    },
  )

  test('a topic that was deleted and created again has new messages at the same offsets', () => {
    expect(identityKey(openEnvelope(record({})).identity)).not.toBe(
      identityKey(openEnvelope(record({}, { timestamp: 9 })).identity),
    )
  })

  test('a record without its original timestamp is identified by its original place', () => {
    const { [failure.originalTimestamp]: _, ...place } = origin
    const { identity, original } = openEnvelope(record(place, { topic: 'billing.dlt', partition: 0, offset: 3n }))
    expect(identity.id).toBe('2/17')
    expect(original.timestamp).toBeUndefined()
  })

  test('headers that name the original place only in part are ignored, so that two such records are two messages', () => {
    const broken = { ...origin, [failure.originalOffset]: 'first' }
    const [one, other] = [3n, 4n].map((offset) => openEnvelope(record(broken, { offset })))
    expect([one?.original.offset, other?.original.offset]).toEqual(['3', '4'])
  })
})

const names = fc.oneof(
  fc.constantFrom(...Object.values(ce), ...Object.values(failure)),
  fc.constantFrom('constructor', '__proto__', 'toString'),
)
const value = fc.oneof(
  fc.string(),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.constantFrom('', '-1', 'NaN', '1e400', '99999999999999999999', null, undefined),
)
const anyHeaders = fc.dictionary(names, fc.oneof(value, fc.array(value, { maxLength: 2 }))) as fc.Arbitrary<RecordHeaders>
const anyTime = fc.oneof(fc.constantFrom(-1, 0, Number.NaN, Number.MAX_SAFE_INTEGER), fc.integer())

test('a record with any headers can be opened, and has an identity and a time', () => {
  fc.assert(
    fc.property(anyHeaders, anyTime, (headers, timestamp) => {
      const { identity, time, original, attempts, delayedRetries } = openEnvelope(record(headers, { timestamp }))
      expect(Object.values(identity).every((text) => typeof text === 'string' && text !== '')).toBe(true)
      expect(time.getTime()).not.toBeNaN()
      expect(BigInt(original.offset)).toBeGreaterThanOrEqual(0n)
      for (const number of [attempts, delayedRetries, dueAt(headers)]) expect(number).toBeGreaterThanOrEqual(0)
    }),
    { numRuns: 1_000 },
  )
})
