import { expect, test, vi } from 'vitest'
import type { Campaign } from '../campaigns/campaign.ts'
import type { Target } from '../targets.ts'
import { assertPossible, eventClock, isPossible } from './eventClock.ts'

const campaign: Campaign = {
  name: 'two-events',
  question: 'What happens when?',
  phases: [
    { name: 'warm-up', seconds: 10, from: 1, to: 1 },
    { name: 'blast', seconds: 10, from: 5, to: 5 },
  ],
  bystandersPerSecond: 1,
  gatewayPerSecond: 40,
  events: [
    { phase: 'warm-up', afterSeconds: 5, says: 'the gateway takes 4/s', does: { gatewayPerSecond: 4 } },
    { phase: 'blast', afterSeconds: 5, says: 'billing is killed', does: 'killBilling' },
  ],
  expectations: [],
}

/** Remembers what was done to it. */
function targetWith(faults: Target['faults']): Target & { readonly limits: (number | null)[] } {
  const limits: (number | null)[] = []
  return {
    name: 'house of cards',
    customers: { url: 'http://shop.example', hasKeys: true },
    limits,
    watch: () => Promise.reject(new Error('nobody looks')),
    books: () => Promise.reject(new Error('nobody reads')),
    limitGateway: async (perSecond) => void limits.push(perSecond),
    faults,
    [Symbol.asyncDispose]: async () => {},
  }
}

test('what is planned happens at its second, and the report has it', async () => {
  vi.useFakeTimers()
  try {
    const killed = vi.fn(async () => {})
    const target = targetWith({ killBilling: killed })
    const clock = eventClock(campaign, target, () => {})
    clock.begin()
    await vi.advanceTimersByTimeAsync(14_999)
    expect([target.limits, killed.mock.calls.length]).toEqual([[4], 0])
    await vi.advanceTimersByTimeAsync(1)
    expect(killed).toHaveBeenCalledOnce()
    await clock.end()
    expect(clock.happened()).toEqual([
      { second: 5, says: 'the gateway takes 4/s' },
      { second: 15, says: 'billing is killed' },
    ])
  } finally {
    vi.useRealTimers()
  }
})

test('a fault that could not be done is told when the campaign ends', async () => {
  vi.useFakeTimers()
  try {
    const clock = eventClock(campaign, targetWith({ killBilling: () => Promise.reject(new Error('no billing')) }), () => {})
    clock.begin()
    await vi.advanceTimersByTimeAsync(15_000)
    await expect(clock.end()).rejects.toThrow('no billing')
  } finally {
    vi.useRealTimers()
  }
})

test('what a target does not have is said before the first customer comes', () => {
  const target = targetWith({})
  expect(() => assertPossible(campaign, target)).toThrow('"billing is killed" cannot be done to house of cards here')
  expect(campaign.events.map((event) => isPossible(event, target))).toEqual([true, false])
})
