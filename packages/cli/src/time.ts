const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
] as const

/** How long ago that was, in its largest unit: `3 min ago`. */
export function ago(instant: string | number, now = Date.now()): string {
  const elapsed = now - new Date(instant).getTime()
  const unit = units.find(({ ms }) => elapsed >= ms)
  return unit === undefined ? 'just now' : `${Math.floor(elapsed / unit.ms)} ${unit.name} ago`
}

/** A length of time to read: `35 ms`, `1.2 s`, `3.5 min`. */
export function span(ms: number): string {
  const unit = units.find((each) => ms >= each.ms)
  return unit === undefined ? `${Math.round(ms)} ms` : `${Number((ms / unit.ms).toFixed(1))} ${unit.name}`
}

/** ISO 8601, or the number itself: a stranger's record can claim a time that no calendar has. @param ms since the epoch */
export function instant(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? `${ms} ms after 1970` : date.toISOString()
}
