import type { CampaignRun } from '../runner/runCampaign.ts'
import type { Books, Entry } from '../targets.ts'

/** Values by second after the beginning. */
export type Curve = readonly (number | undefined)[]

/** What a report draws of one run. */
export interface Curves {
  /** Orders a second that customers sent. */
  readonly sent: Curve
  readonly failed: Curve
  /** Orders a second that got their last effect. */
  readonly done: Curve
  /** Milliseconds until the page answered 95 of 100. */
  readonly p95: Curve
  readonly bystanderP95: Curve
  /** Accepted, and not billed yet: from the books, to the millisecond. */
  readonly waiting: Curve
  /** Seconds that the oldest message had waited, as Prometheus has seen it. */
  readonly oldest: Curve
}

export type Drawn = Pick<CampaignRun, 'ticks' | 'books' | 'beganAt'>

export function curvesOf({ ticks, books, beganAt }: Drawn): Curves {
  const began = Date.parse(beganAt)
  const lastEffects = doneAt(books)
  const seconds = Math.max(ticks.length, ...lastEffects.map((at) => Math.ceil((at - began) / 1000) + 1))
  const perSecond = (times: readonly number[]) => countPerSecond(times, began, seconds)
  const accepted = perSecond(books.accepted.map(({ at }) => at))
  const billed = perSecond(books.billed.map(({ at }) => at))
  return {
    sent: ticks.map(({ sent }) => sent),
    failed: ticks.map(({ failed }) => failed),
    done: perSecond(lastEffects),
    p95: ticks.map(({ p95 }) => p95),
    bystanderP95: ticks.map(({ bystanderP95 }) => bystanderP95),
    waiting: difference(accepted, billed),
    oldest: ticks.map(({ oldestSeconds }) => oldestSeconds),
  }
}

/** When each order that has every effect got its last one. */
function doneAt({ billed, charged, shipped, mailed, points }: Books): number[] {
  const effects = [billed, charged, shipped, mailed, points].map(firstOfEach)
  const [first = new Map<string, number>(), ...others] = effects
  return [...first]
    .filter(([id]) => others.every((effect) => effect.has(id)))
    .map(([id, at]) => Math.max(at, ...others.map((effect) => effect.get(id) ?? 0)))
}

function firstOfEach(entries: readonly Entry[]): Map<string, number> {
  const first = new Map<string, number>()
  for (const { orderId, at } of entries) first.set(orderId, Math.min(at, first.get(orderId) ?? Infinity))
  return first
}

function countPerSecond(times: readonly number[], began: number, seconds: number): number[] {
  const counts = Array.from({ length: seconds }, () => 0)
  for (const at of times) {
    const second = Math.min(seconds - 1, Math.max(0, Math.floor((at - began) / 1000)))
    counts[second] = (counts[second] ?? 0) + 1
  }
  return counts
}

/** How many have come and not gone, at the end of each second. */
function difference(come: readonly number[], gone: readonly number[]): number[] {
  let there = 0
  return come.map((count, second) => (there += count - (gone[second] ?? 0)))
}

/** The mean of each value and those around it: counts of single seconds jump. */
export function smooth(curve: Curve, around: number): Curve {
  return curve.map((_, at) => {
    const near = curve.slice(Math.max(0, at - around), at + around + 1).filter((value) => value !== undefined)
    return near.length === 0 ? undefined : near.reduce((sum, value) => sum + value, 0) / near.length
  })
}
