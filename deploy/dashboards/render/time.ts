import { Problem } from '../../local/problem.ts'

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** A moment as Grafana writes it: `now`, `now-30m`, a Unix time in seconds, or a date. @returns Unix time in seconds */
export function momentOf(text: string, now: number): number {
  const [, count, unit = ''] = /^now-(\d+)([smhd])$/.exec(text) ?? []
  if (text === 'now') return now
  if (count !== undefined) return now - Number(count) * (secondsIn[unit] ?? 0)
  const time = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000
  if (Number.isNaN(time)) throw new Problem(`${text} is no time. Write now-30m, 2026-01-31T10:00:00Z, or a Unix time in seconds.`)
  return time
}
