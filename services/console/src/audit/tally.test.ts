import type { HandledOutcome } from '@petrel/messaging/operations'
import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { bucketOf } from '../monitoring/histogram.ts'
import { anAudit, anEntry } from '../../../../test/support/audits.ts'
import { tally } from './tally.ts'

const now = Date.parse('2026-03-01T10:00:00Z')
const grain = (seconds: number, ...[audits, at]: Parameters<typeof tally>) =>
  tally(audits, at).find((each) => each.grain === seconds) ?? { rates: [], timings: [], instances: [] }

test('what happened in one second is one row for each endpoint, type and source', () => {
  const messages = [
    anEntry({ durationUs: 4_000, sentAt: now - 20 }),
    anEntry({ durationUs: 6_000, sentAt: now - 30 }),
    anEntry({ outcome: 'deadLettered' }),
    anEntry({ source: 'shopkeeper', outcome: 'retried' }),
    anEntry({ type: null, source: 'orders', outcome: 'duplicate' }),
  ]
  const { rates } = grain(1, [anAudit({ at: now, messages })], now)
  const at = now / 1000
  expect(rates).toEqual([
    { at, names: ['billing', '', 'orders'], values: [0, 0, 0, 0, 1, 0, 0] },
    { at, names: ['billing', 'sales.OrderPlaced', 'sales'], values: [2, 0, 0, 1, 0, 10_000, 50_000] },
    { at, names: ['billing', 'sales.OrderPlaced', 'shopkeeper'], values: [0, 1, 0, 0, 0, 0, 0] },
  ])
})

test('how long it took is counted by ranges, of what was handled', () => {
  const messages = [anEntry({ durationUs: 4_000, sentAt: now - 20 }), anEntry({ outcome: 'deadLettered', durationUs: 9_000_000 })]
  const { timings, instances } = grain(60, [anAudit({ at: now, messages })], now)
  const timing = (us: number, values: number[]) => ({
    at: now / 1000,
    names: ['billing', 'sales.OrderPlaced', bucketOf(us)],
    values,
  })
  expect(timings).toEqual(expect.arrayContaining([timing(4_000, [1, 0]), timing(20_000, [0, 1])]))
  expect(timings).toHaveLength(2)
  expect(instances).toEqual([{ at: now / 1000, names: ['one'], values: [1, 1] }])
})

test('what is too old for a window is not counted in it', () => {
  const at = now - 10 * 60_000
  const grains = tally([anAudit({ at, messages: [anEntry()] })], now).map(({ grain, rates }) => [grain, rates.length])
  expect(grains).toEqual([
    [1, 0],
    [5, 0],
    [15, 1],
    [60, 1],
  ])
})

test('every message is counted once in each grain that is kept, however many audits it came in', () => {
  const outcome = constantFrom<HandledOutcome>('handled', 'retried', 'postponed', 'deadLettered', 'duplicate')
  const audit = record({
    at: integer({ min: now - 60_000, max: now }),
    endpoint: constantFrom('billing', 'sales'),
    messages: array(record({ outcome, source: constantFrom('a', 'b') }).map(anEntry), { maxLength: 5 }),
  })
  assert(
    property(array(audit, { maxLength: 10 }), (parts) => {
      const audits = parts.map(anAudit)
      const all = audits.flatMap(({ messages }) => messages).length
      for (const { rates } of tally(audits, now)) {
        const counted = rates.flatMap(({ values }) => values.slice(0, 5)).reduce((sum, count) => sum + count, 0)
        expect(counted).toBe(all)
      }
    }),
  )
})
