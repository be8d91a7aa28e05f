import { median } from './statistics.ts'
import { table } from './table.ts'

/** Messages a second, by mode, in the order of the rounds. */
export type Rates = Readonly<Record<string, readonly number[]>>

/** How fast each mode is, and how fast beside the first one, round by round: both ran within a minute of each other. */
export function rateTable(what: string, rates: Rates): string {
  const [[base, plain] = ['', []], ...others] = Object.entries(rates)
  const rows = others.map(([mode, those]) => {
    const ratios = those.map((rate, round) => rate / (plain[round] ?? Number.NaN))
    const sorted = ratios.toSorted((a, b) => a - b).map((ratio) => ratio.toFixed(2))
    return [mode, spread(those), `**${median(ratios).toFixed(2)}**`, sorted.join(' · ')]
  })
  return table([
    [what, 'messages a second: median (least–most)', `of ${base}`, 'round by round, sorted'],
    [base, spread(plain), '', ''],
    ...rows,
  ])
}

const spread = (rates: readonly number[]) =>
  `${median(rates).toFixed(0)} (${Math.min(...rates).toFixed(0)}–${Math.max(...rates).toFixed(0)})`
