/** A length of time as people write it: `'500ms'`, `'2s'`, `'5m'`, `'1h'`, `'7d'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** @returns the duration in milliseconds. @throws RangeError when it is not a duration. */
export function milliseconds(duration: Duration): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration)
  if (match === null) throw new RangeError(`"${duration}" is not a duration. Write for example 500ms, 2s, 5m, 1h or 7d.`)
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
}
