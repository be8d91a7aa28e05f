import { type Histogram, percentile } from './histogram.ts'
import { secondsOf, type Span } from './windows.ts'

/** What was counted over some time. */
export interface Counts {
  readonly handled: number
  /** Tries that failed: those that are tried again, and dead letters. */
  readonly failed: number
  /** Sums over those that were handled, in microseconds. */
  readonly processing: number
  readonly critical: number
}

export interface Rate {
  readonly handled: number
  readonly failed: number
  readonly perSecond: number
}

/** Milliseconds; null where nothing was handled. */
export interface Percentiles {
  readonly p50: number | null
  readonly p95: number | null
}

/** One value for each point of a window, oldest first; of times the mean, in milliseconds, and null where nothing was handled. */
export interface Series {
  readonly throughput: readonly number[]
  readonly failed: readonly number[]
  readonly processing: readonly (number | null)[]
  readonly critical: readonly (number | null)[]
}

export const nothing: Counts = { handled: 0, failed: 0, processing: 0, critical: 0 }

export const rateOf = ({ handled, failed }: Counts, span: Span): Rate => ({
  handled,
  failed,
  perSecond: perSecond(handled, span),
})

export const perSecond = (count: number, { from, until }: Span): number => rounded(count / (until - from))

export function percentilesOf(times: Histogram): Percentiles {
  const of = (part: number) => {
    const us = percentile(times, part)
    return us === undefined ? null : rounded(us / 1000)
  }
  return { p50: of(0.5), p95: of(0.95) }
}

/** @param counts those of each point, by its time */
export function seriesOf(counts: ReadonlyMap<number, Counts>, span: Span): Series {
  const { points } = span
  const all = points.map((at) => counts.get(at) ?? nothing)
  const mean = (sum: number, { handled }: Counts) => (handled === 0 ? null : rounded(sum / handled / 1000))
  return {
    throughput: points.map((at, index) => rounded((all[index]?.handled ?? 0) / secondsOf(at, span))),
    failed: all.map(({ failed }) => failed),
    processing: all.map((point) => mean(point.processing, point)),
    critical: all.map((point) => mean(point.critical, point)),
  }
}

/** Three digits are more than anybody reads. */
const rounded = (value: number): number => Number(value.toPrecision(3))
