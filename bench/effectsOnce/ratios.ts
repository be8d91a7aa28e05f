import { median } from '../figures/statistics.ts'
import { table } from '../figures/table.ts'
import { allCpu, type Result } from './contender.ts'

/** The results of each contender, round by round; the first one is compared with the others. */
export type Results = Readonly<Record<string, readonly Result[]>>

export function resultTable(results: Results): string {
  const [ours = []] = Object.values(results)
  return table([
    [
      '',
      'messages',
      'a second: median (least–most)',
      'CPU µs a message: all',
      'service',
      'database',
      'broker',
      'service MiB',
      'our rate ÷ its',
      'its CPU ÷ ours',
    ],
    ...Object.entries(results).map(([name, runs]) => {
      const of = (value: (result: Result) => number) => median(runs.map(value)).toFixed(0)
      const rates = runs.map(({ perSecond }) => Math.round(perSecond))
      return [
        name,
        of(({ messages }) => messages),
        `${of(({ perSecond }) => perSecond)} (${Math.min(...rates)}–${Math.max(...rates)})`,
        `**${of(allCpu)}**`,
        of(({ service }) => service),
        of(({ database }) => database),
        of(({ broker }) => broker),
        of(({ residentMiB }) => residentMiB),
        ...(runs === ours ? ['', ''] : [ratios(ours, runs, rateRatio), ratios(ours, runs, cpuRatio)]),
      ]
    }),
  ])
}

export const rateRatio = (ours: Result, its: Result): number => ours.perSecond / its.perSecond
export const cpuRatio = (ours: Result, its: Result): number => allCpu(its) / allCpu(ours)

/** Of results of the same round, so that what else the machine did falls on both. */
export function pairedRatios(
  ours: readonly Result[],
  theirs: readonly Result[],
  ratio: (ours: Result, its: Result) => number,
): number[] {
  return theirs.flatMap((its, round) => {
    const own = ours[round]
    return own === undefined ? [] : [ratio(own, its)]
  })
}

function ratios(...args: Parameters<typeof pairedRatios>): string {
  const found = pairedRatios(...args)
  return `**${median(found).toFixed(2)}** (${found.map((ratio) => ratio.toFixed(2)).join(' · ')})`
}
