import { median } from './statistics.ts'
import { short, table } from './table.ts'

/** CPU microseconds of Node a message, by mode, in the order of the rounds. */
export type Costs = Readonly<Record<string, readonly number[]>>

/** Round by round. */
export const differencesOf = (plain: readonly number[], other: readonly number[]): number[] =>
  other.map((cost, round) => cost - (plain[round] ?? Number.NaN))

/** What each mode costs more than the first one, round by round: both ran within a minute of each other. */
export function differenceTable(what: string, costs: Costs): string {
  const [base = '', ...others] = Object.keys(costs)
  const plain = costs[base] ?? []
  const rows = others.map((mode) => {
    const more = differencesOf(plain, costs[mode] ?? [])
    const sorted = more.toSorted((a, b) => a - b)
    return [mode, short(median(costs[mode] ?? [])), `**${signed(median(more))}**`, sorted.map(signed).join(' · ')]
  })
  return table([
    [what, 'Node µs a message', 'more than without', 'round by round, sorted'],
    [base, short(median(plain)), '', ''],
    ...rows,
  ])
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`
