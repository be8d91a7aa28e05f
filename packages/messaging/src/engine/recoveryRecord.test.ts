import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BrokerRecord } from '../broker/port.ts'
import { endpoint } from '../definition/endpoint.ts'
import { handler } from '../definition/handler.ts'
import { Postpone, Unrecoverable } from '../definition/outcome.ts'
import { openEnvelope } from './envelope.ts'
import { OrderPlaced } from './testing/messages.ts'
import { recover } from '../recoverability/policy.ts'
import { toRecoveryRecord } from './recoveryRecord.ts'
import { topicLimits } from './topicLimits.ts'

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

const where = { endpoint: billing, prefix: '', limits: topicLimits(new Map()) }

const fail = (error: unknown, headers: BrokerRecord['headers'] = {}) => failed(record(headers), error)

/** After three tries. */
function failed(failing: BrokerRecord, error: unknown) {
  const envelope = openEnvelope(failing)
  const { delayedRetries } = envelope
  const known = { error, immediateRetries: 2, delayedRetries, postponedForMs: 0, canTryAtOnce: true }
  const destination = recover(billing.recoverability, known)
  if (destination.kind === 'again') throw new Error('three tries are enough')
  const route = { type: OrderPlaced, name: 'billOrder', handler: handler(OrderPlaced, () => {}) }
  const delivery = { envelope, route, data: {}, undeliverable: undefined, chain: 'order-1', tries: 0 }
  return toRecoveryRecord(where, { delivery, error, tries: 3, startedAt: now, seconds: 0, destination }, now)
}

function recordOf(next: ReturnType<typeof fail>) {
  return next.kind === 'schedule' ? next.scheduled.record : next.record
}

describe('a message that failed', () => {
  test('a message that failed goes to the first retry topic with its body, its own headers and the failure', () => {
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
      'petrel-original-timestamp': String(now),
      'petrel-error-type': 'TypeError',
      'petrel-error-message': 'no price',
      'petrel-endpoint': 'billing',
      'petrel-handler': 'billOrder',
      'petrel-failed-at': '2026-01-02T03:04:05.000Z',
    })
    expect(headers['petrel-error-stack']).toContain('TypeError: no price')
  })

  test('a message that fails again keeps its original place, and its tries add up', () => {
    const first = recordOf(fail(new Error('bug'), { ce_id: 'm-1' }))
    const again = { ...record(first.headers), topic: first.topic, partition: 0, offset: 7n }
    const second = recordOf(failed(again, new Error('bug')))
    expect(second.topic).toBe('billing.retry.4s')
    expect(second.headers).toMatchObject({
      'petrel-original-topic': 'sales.order-placed',
      'petrel-original-offset': '42',
      'petrel-attempts': '6',
      'petrel-delayed-retries': '2',
    })
  })

  test('a message that fails after its last retry becomes a dead letter without a due time', () => {
    const { topic, headers } = recordOf(fail(new Error('bug'), { 'petrel-delayed-retries': '3', 'petrel-due-at': '1' }))
    expect(topic).toBe('billing.dlt')
    expect(headers['petrel-due-at']).toBeUndefined()
  })

  test('an unrecoverable message becomes a dead letter at once', () => {
    expect(recordOf(fail(new Unrecoverable('no lines'))).topic).toBe('billing.dlt')
  })

  test('a postponed message is scheduled for the postponed topic, and its attempts do not count', () => {
    const destination = fail(new Postpone('3s'), { ce_id: 'm-1', 'petrel-attempts': '3', 'petrel-delayed-retries': '1' })
    expect(destination).toMatchObject({
      kind: 'schedule',
      scheduled: { id: `sales.order-placed/3/42@${now}`, dueAt: new Date(now + 3000) },
    })
    expect(recordOf(destination)).toMatchObject({
      topic: 'billing.postponed',
      headers: { 'petrel-attempts': '3', 'petrel-delayed-retries': '1' },
    })
  })

  test('a message without an id has its original place as id', () => {
    expect(openEnvelope(record()).id).toBe('sales.order-placed/3/42')
  })

  test('an error says nothing of its customer in a header: no address, no row of PostgreSQL, no object that was thrown', () => {
    const row = Object.assign(new Error('duplicate key of ada@example.org'), { detail: 'Key (name)=(Lovelace) exists' })
    const thrown = [new Error('no', { cause: row }), row, { name: 'Lovelace' }, 'ada@example.org is Lovelace'.slice(0, 15)]
    const headers = thrown.map((error) => JSON.stringify(recordOf(fail(error as Error)).headers))
    expect(headers.filter((text) => /ada@example|Lovelace/.test(text))).toEqual([])
  })

  test('an error takes at most 16 KiB of a header, and is cut between characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.integer({ min: 1, max: 20_000 }), (unit, times) => {
        fc.pre(!unit.includes('@'))
        const whole = unit.repeat(Math.ceil(times / unit.length))
        const { headers } = recordOf(fail(new Error(whole)))
        const text = String(headers['petrel-error-message'])
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16 * 1024)
        expect(whole.toWellFormed()).toContain(text.replace(/…$/, ''))
        if (whole.length <= 2_000) expect(text.length).toBeGreaterThanOrEqual(whole.length)
      }),
      { numRuns: 50 },
    )
  })

  test.each(['', 'x', '-1', '1e99', 'NaN'])('a message with "%s" as a count in its headers counts as new', (count) => {
    expect(openEnvelope(record({ 'petrel-attempts': count, 'petrel-delayed-retries': count }))).toMatchObject({
      attempts: 0,
      delayedRetries: 0,
    })
  })
})
