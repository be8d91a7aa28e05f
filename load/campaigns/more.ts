import { blast } from './blast.ts'
import type { Campaign, Load } from './campaign.ts'
import { booksAreExact, frontHolds, nothingGrows } from './expectations.ts'

/** The same blast, and half way a service joins that hears all that it has missed. */
export const blastWithSubscriber = (load: Load): Campaign => ({
  ...blast(load),
  name: 'blast-new-subscriber',
  question: 'Half way through the blast a service joins. Does anybody notice, and does it hear the past?',
  events: [
    { phase: 'warm-up', afterSeconds: 0, says: 'loyalty is not there', does: 'stopSubscriber' },
    { phase: 'blast', afterSeconds: load.seconds / 2, says: 'loyalty joins', does: 'addSubscriber' },
  ],
})

/** A third of the blast, for as long as one likes: what grows only with time is seen here. */
export const soak = (load: Load): Campaign => ({
  name: 'soak',
  question: 'Does anything grow when the shop is busy for long?',
  phases: [{ name: 'soak', seconds: load.seconds, from: Math.ceil(load.rate / 3), to: Math.ceil(load.rate / 3) }],
  bystandersPerSecond: load.bystandersPerSecond,
  gatewayPerSecond: null,
  events: [],
  expectations: [
    ...frontHolds.filter(({ metric }) => !metric.includes('phase:')),
    ...booksAreExact,
    ...nothingGrows,
    { says: 'The longest that anything waited', metric: 'oldest_seconds', threshold: 'max<30', unit: 's' },
  ],
})

const STEPS = 8

/** More and more, step by step, until customers wait: it ends with the first step that does not hold, and the step before is the answer. */
export const breakPoint = (load: Load): Campaign => ({
  name: 'break-point',
  question: 'How many orders a second does the front take before customers wait?',
  phases: Array.from({ length: STEPS }, (_, at) => {
    const rate = Math.round((load.rate * 2 * (at + 1)) / STEPS)
    return { name: `${rate}/s`, seconds: load.seconds / STEPS, from: rate, to: rate }
  }),
  bystandersPerSecond: load.bystandersPerSecond,
  gatewayPerSecond: null,
  events: [],
  expectations: booksAreExact,
  endsWhenBroken: true,
})

/** In a cluster: everything behind the front stays at one replica, and what customers see must not depend on it. */
export const onlyTheFront = (load: Load): Campaign => ({
  ...blast(load),
  name: 'only-the-front',
  question: 'Only the front end gets replicas. Do customers notice that nothing behind it grew?',
  events: [{ phase: 'warm-up', afterSeconds: 0, says: 'the front end has three replicas', does: 'scaleFront' }],
  expectations: [...frontHolds, ...booksAreExact],
})
