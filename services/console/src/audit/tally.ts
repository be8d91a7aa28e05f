import { boundedLabel } from '@petrel/messaging/metrics'
import type { Audit, HandledOutcome } from '@petrel/messaging/operations'
import { plainText } from '../store/columns.ts'
import { bucketOf } from '../monitoring/histogram.ts'
import { grainOf, keptGrains, windows } from '../monitoring/windows.ts'
import { type Sum, Sums } from './sums.ts'

/** What was counted for one grain, in the order of the columns of its table. */
export interface GrainTally {
  /** Seconds. */
  readonly grain: number
  /** Endpoint, type and source; handled, retried, postponed, dead letters, duplicates, microseconds of processing and until saved. */
  readonly rates: readonly Sum[]
  /** Endpoint, type and range of times; how many were processed in such a time, and saved in such a time after they were sent. */
  readonly timings: readonly Sum[]
  /** Instance; handled and failed. */
  readonly instances: readonly Sum[]
}

/** How long messages took, and what instances did, is counted for these grains alone; windows of other grains add several. */
export const coarseGrains: readonly number[] = [15, 60]

/** Both come from outside, perhaps others with each message: after so many they are "other". */
export const tallyLimits = () => ({ type: boundedLabel(1_000), source: boundedLabel(200) })
type TallyLimits = ReturnType<typeof tallyLimits>

const outcomes: readonly HandledOutcome[] = ['handled', 'retried', 'postponed', 'deadLettered', 'duplicate']

/**
 * Counts what audits say, for each grain of the pages' windows. What is too old for a window is not counted in it: whoever reads a
 * week of audits counts an hour.
 * @param now milliseconds since the epoch
 * @param limits what types and sources are counted as
 */
export function tally(audits: readonly Audit[], now: number, limits = tallyLimits()): GrainTally[] {
  const { rates, timings, instances } = bySecond(audits, limits)
  return windows.map((window) => {
    const grain = grainOf(window)
    const from = now / 1000 - keptGrains * grain
    const isCoarse = coarseGrains.includes(grain)
    const rows = (sums: Sums) => sums.by(grain, from).inOrder()
    return { grain, rates: rows(rates), timings: isCoarse ? rows(timings) : [], instances: isCoarse ? rows(instances) : [] }
  })
}

function bySecond(audits: readonly Audit[], limits: TallyLimits) {
  const [rates, timings, instances] = [new Sums(), new Sums(), new Sums()]
  for (const { endpoint, instance, at, messages } of audits) {
    const second = Math.floor(at / 1000)
    for (const { outcome, durationUs, sentAt, ...entry } of messages) {
      const [type, source] = [limits.type(plainText(entry.type ?? '')), limits.source(plainText(entry.source))]
      const counts = outcomes.map((each) => Number(each === outcome))
      if (outcome !== 'handled') {
        rates.add(second, [endpoint, type, source], [...counts, 0, 0])
        if (outcome === 'retried' || outcome === 'deadLettered') instances.add(second, [instance], [0, 1])
        continue
      }
      const criticalUs = Math.max(0, at - sentAt) * 1000
      rates.add(second, [endpoint, type, source], [...counts, durationUs, criticalUs])
      timings.add(second, [endpoint, type, bucketOf(durationUs)], [1, 0])
      timings.add(second, [endpoint, type, bucketOf(criticalUs)], [0, 1])
      instances.add(second, [instance], [1, 0])
    }
  }
  return { rates, timings, instances }
}
