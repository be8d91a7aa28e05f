import { array, assert, constant, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { campaigns } from './campaigns.ts'
import { drainSeconds, eventAt, lengthOf, ordersIn, ordersOf, phaseAt, timed } from './phases.ts'
import { mailLoad } from '../testing/mailLoad.ts'

const phases = [
  { name: 'warm-up', seconds: 30, from: 5, to: 5 },
  { name: 'rise', seconds: 20, from: 5, to: 155 },
  { name: 'blast', seconds: 100, from: 155, to: 155 },
]

test('each phase begins when the one before it ends', () => {
  expect(timed(phases).map(({ startsAt }) => startsAt)).toEqual([0, 30, 50])
  expect(lengthOf(phases)).toBe(150)
})

test('customers who come more and more are as many as half way between', () => {
  expect(phases.map(ordersIn)).toEqual([150, 1600, 15_500])
  expect(ordersOf(phases)).toBe(17_250)
})

test('a second belongs to one phase, and what comes after the last order is the drain', () => {
  expect([0, 29, 30, 50, 149, 150, 1000].map((second) => phaseAt(phases, second))).toEqual([
    'warm-up',
    'warm-up',
    'rise',
    'blast',
    'blast',
    'drain',
    'drain',
  ])
})

test('an event is so many seconds into its phase; one of a phase that is not there is refused', () => {
  const event = { phase: 'blast', afterSeconds: 25, says: 'billing is killed', does: 'killBilling' } as const
  expect(eventAt({ phases }, event)).toBe(75)
  expect(() => eventAt({ phases }, { ...event, phase: 'storm' })).toThrow('There is no phase "storm" for "billing is killed".')
})

test('what comes above the limit of the gateway waits, and is charged when fewer come', () => {
  expect(drainSeconds([{ name: 'blast', seconds: 100, from: 150, to: 150 }], 40)).toBe(275)
  expect(drainSeconds([{ name: 'calm', seconds: 100, from: 40, to: 40 }], 40)).toBe(0)
  expect(drainSeconds(phases, null)).toBe(0)
})

test('however customers come: no drain is longer than all their orders take one after the other', () => {
  const rate = integer({ min: 0, max: 300 })
  const phase = record({ name: constant('any'), seconds: integer({ min: 1, max: 60 }), from: rate, to: rate })
  assert(
    property(array(phase, { maxLength: 6 }), integer({ min: 1, max: 300 }), (some, perSecond) => {
      expect(drainSeconds(some, perSecond)).toBeLessThanOrEqual(Math.ceil(ordersOf(some) / perSecond + 1e-6))
    }),
  )
})

test.each(Object.entries(campaigns))('%s: everything in it happens while customers come', (name, make) => {
  const campaign = make(mailLoad)
  expect(campaign.name).toBe(name)
  for (const event of campaign.events) expect(eventAt(campaign, event)).toBeLessThanOrEqual(lengthOf(campaign.phases))
  expect(campaign.expectations.map(({ metric }) => metric)).toContain('audit_missing')
})

test('a blast is twenty to forty times what is usual', () => {
  const rates = campaigns['blast']?.(mailLoad).phases.flatMap(({ from, to }) => [from, to]) ?? []
  const times = Math.max(...rates) / Math.min(...rates)
  expect(times).toBeGreaterThanOrEqual(20)
  expect(times).toBeLessThanOrEqual(40)
})
