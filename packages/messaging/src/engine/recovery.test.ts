import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BrokerRecord } from '../broker/port.ts'
import { endpoint } from '../definition/endpoint.ts'
import { Postpone, Unrecoverable } from '../definition/outcome.ts'
import { openEnvelope } from './envelope.ts'
import { toRecoveryRecord } from './recovery.ts'

const billing = endpoint({ name: 'billing' })
const now = Date.parse('2026-01-02T03:04:05.000Z')

function record(headers: BrokerRecord['headers'] = {}): BrokerRecord {
  const body = Buffer.from([0, 1, 2, 255])
  return {
    topic: 'sales.order-placed',
    partition: 3,
    offset: 42n,
    key: Buffer.from('order-1'),
    value: body,
    headers,
    timestamp: now,
  }
}

const fail = (error: unknown, headers: BrokerRecord['headers'] = {}) =>
  toRecoveryRecord(billing, '', { envelope: openEnvelope(record(headers)), handler: 'billOrder', error, tries: 3 }, now)

function recordOf(way: ReturnType<typeof fail>) {
  return way.kind === 'record' ? way.record : way.due.record
}

describe('a message that failed', () => {
  test('goes to the first retry topic with its bytes, its own headers and what happened', () => {
    const { topic, key, value, headers } = recordOf(fail(new TypeError('no price'), { ce_id: 'm-1', custom: Buffer.from([1]) }))
    expect(topic).toBe('billing.retry.2s')
    expect(key).toEqual(Buffer.from('order-1'))
    expect(value).toEqual(Buffer.from([0, 1, 2, 255]))
    expect(headers).toMatchObject({
      ce_id: 'm-1',
      custom: Buffer.from([1]),
      'petrel-attempts': '3',
      'petrel-delayed-retries': '1',
      'petrel-due-at': String(now + 2000),
      'petrel-original-topic': 'sales.order-placed',
      'petrel-original-partition': '3',
      'petrel-original-offset': '42',
      'petrel-error-type': 'TypeError',
      'petrel-error-message': 'no price',
      'petrel-endpoint': 'billing',
      'petrel-handler': 'billOrder',
      'petrel-failed-at': '2026-01-02T03:04:05.000Z',
    })
    expect(headers['petrel-error-stack']).toContain('TypeError: no price')
  })

  test('keeps where it lay first, and counts on, from retry to retry', () => {
    const first = recordOf(fail(new Error('bug'), { ce_id: 'm-1' }))
    const again = openEnvelope({ ...record(first.headers), topic: first.topic, partition: 0, offset: 7n })
    const second = recordOf(
      toRecoveryRecord(billing, '', { envelope: again, handler: 'billOrder', error: new Error('bug'), tries: 3 }, now),
    )
    expect(second.topic).toBe('billing.retry.4s')
    expect(second.headers).toMatchObject({
      'petrel-original-topic': 'sales.order-placed',
      'petrel-original-offset': '42',
      'petrel-attempts': '6',
      'petrel-delayed-retries': '2',
    })
  })

  test('waits for a person after the last retry, without a due time', () => {
    const { topic, headers } = recordOf(fail(new Error('bug'), { 'petrel-delayed-retries': '3', 'petrel-due-at': '1' }))
    expect(topic).toBe('billing.dlt')
    expect(headers['petrel-due-at']).toBeUndefined()
  })

  test('waits for a person at once when no try can help', () => {
    expect(recordOf(fail(new Unrecoverable('no lines'))).topic).toBe('billing.dlt')
  })

  test('comes back through the replay topic when it was postponed, and its attempts do not count', () => {
    const way = fail(new Postpone('3s'), { ce_id: 'm-1', 'petrel-attempts': '3', 'petrel-delayed-retries': '1' })
    expect(way).toMatchObject({ kind: 'due', due: { id: 'sales.order-placed/3/42', dueAt: new Date(now + 3000) } })
    expect(recordOf(way)).toMatchObject({
      topic: 'billing.replay',
      headers: { 'petrel-attempts': '3', 'petrel-delayed-retries': '1' },
    })
  })

  test('has a name even when it came without one: the place where it lay first', () => {
    expect(openEnvelope(record()).id).toBe('sales.order-placed/3/42')
  })

  test('is described in at most 16 KiB a header, cut at a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.integer({ min: 1, max: 20_000 }), (unit, times) => {
        const whole = unit.repeat(Math.ceil(times / unit.length))
        const { headers } = recordOf(fail(new Error(whole)))
        const text = String(headers['petrel-error-message'])
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16 * 1024)
        expect(whole.toWellFormed()).toContain(text.replace(/…$/, ''))
        expect(text.length).toBeGreaterThanOrEqual(Math.min(whole.length, 4 * 1024))
      }),
      { numRuns: 50 },
    )
  })

  test.each(['', 'x', '-1', '1e99', 'NaN'])('is tried like a new one when a count in its headers is "%s"', (count) => {
    expect(openEnvelope(record({ 'petrel-attempts': count, 'petrel-delayed-retries': count }))).toMatchObject({
      attempts: 0,
      delayedRetries: 0,
    })
  })
})
