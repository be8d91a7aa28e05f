/** The middle one; 0 when there are none. */
export const median = (values: readonly number[]): number => percentile(values, 50)

/** The smallest value that at least `share` per cent of the values do not exceed; 0 when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((share / 100) * sorted.length) - 1)] ?? 0
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
