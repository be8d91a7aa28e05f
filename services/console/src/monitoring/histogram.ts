/** How many values are in each range of times: number of the range → count. */
export type Histogram = ReadonlyMap<number, number>

const smallest = 100
const perDecade = 5
const decades = 7

/** Upper ends of the ranges in microseconds, five in each power of ten: 100 µs to 1,000 s. Above the last one is one more range. */
export const bounds: readonly number[] = Array.from(
  { length: perDecade * decades + 1 },
  (_, index) => smallest * 10 ** (index / perDecade),
)

/** The number of the range that has this many microseconds. Clocks that disagree make negative times: those are 0. */
export function bucketOf(us: number): number {
  const about = Math.ceil(perDecade * Math.log10(Math.max(us, smallest) / smallest))
  if (about > bounds.length) return bounds.length
  // A logarithm may be off by its last digit.
  if (us > (bounds[about] ?? Infinity)) return about + 1
  return about > 0 && us <= (bounds[about - 1] ?? 0) ? about - 1 : about
}

/**
 * The time, in microseconds, that this part of all values does not exceed, as near as ranges tell: they are wide by a factor of 1.6.
 * @param part between 0 and 1
 * @returns undefined where there are no values
 */
export function percentile(histogram: Histogram, part: number): number | undefined {
  const total = [...histogram.values()].reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  let left = part * total
  const inOrder = [...histogram].filter(([, count]) => count > 0).toSorted(([one], [other]) => one - other)
  for (const [bucket, count] of inOrder) {
    if (left <= count) return within(bucket, left / count)
    left -= count
  }
  return within(inOrder.at(-1)?.[0] ?? 0, 1)
}

function within(bucket: number, part: number): number {
  const upper = bounds[bucket]
  const lower = bounds[bucket - 1]
  if (upper === undefined) return lower ?? smallest
  return lower === undefined ? upper * part : lower * (upper / lower) ** part
}

/** One histogram of several. */
export function together(histograms: Iterable<Histogram>): Histogram {
  const sum = new Map<number, number>()
  for (const histogram of histograms) for (const [bucket, count] of histogram) sum.set(bucket, (sum.get(bucket) ?? 0) + count)
  return sum
}
