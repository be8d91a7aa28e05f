import { timed } from '../campaigns/phases.ts'
import type { CampaignRun } from '../runner/runCampaign.ts'
import { type Band, chart, type ChartOptions, colours, type Line } from './chart.ts'
import { type Curves, curvesOf, smooth } from './curves.ts'

/** Seconds to each side. */
const AROUND = 2

/** The curves of one run, or of several in the same pictures. */
export function charts(runs: readonly CampaignRun[]): string[] {
  const drawn = runs.map((run, at) => ({
    run,
    curves: curvesOf(run),
    colour: (at === 0 ? colours.first : colours.second).strong,
    light: (at === 0 ? colours.first : colours.second).light,
    of: (what: string) => (runs.length === 1 ? what : `${what}, ${run.target}`),
  }))
  const [first] = drawn
  if (first === undefined) return []
  const common = {
    bands: bandsOf(first.run),
    marks: drawn.flatMap(({ run }) => run.happened).slice(0, first.run.happened.length),
  }
  const lines = (make: (each: (typeof drawn)[number]) => readonly Line[]) => drawn.flatMap(make)
  const pictures: Omit<ChartOptions, 'bands' | 'marks'>[] = [
    {
      title: 'Orders a second',
      lines: [
        { name: 'sent', curve: smooth(first.curves.sent, AROUND), colour: colours.calm, isDashed: true },
        ...lines(({ curves, colour, of }) => [{ name: of('done'), curve: smooth(curves.done, AROUND), colour }]),
      ],
    },
    {
      title: 'Milliseconds until 95 of 100 had their answer',
      isLogarithmic: true,
      limit: { value: 300, says: '300 ms' },
      lines: lines(({ curves, colour, light, of }) => [
        { name: of('customers'), curve: smooth(curves.p95, AROUND), colour },
        { name: of('who only read'), curve: smooth(curves.bystanderP95, AROUND), colour: light },
      ]),
    },
    {
      title: 'Orders that are accepted and not billed yet',
      lines: lines(({ curves, colour, of }) => [{ name: of('waiting'), curve: curves.waiting, colour }]),
    },
    {
      title: 'Orders a second that failed before the customer’s eyes',
      lines: lines(({ curves, colour, of }) => [{ name: of('failed'), curve: smooth(curves.failed, AROUND), colour }]),
    },
  ]
  return pictures
    .filter(({ lines: drawnLines }) => drawnLines.some(isSomething))
    .map((picture) => chart({ ...picture, ...common }))
}

const isSomething = ({ curve }: Line) => curve.some((value) => value !== undefined && value > 0)

function bandsOf({ campaign: { phases }, ...run }: CampaignRun): Band[] {
  const placed = timed(phases).map(({ name, startsAt, seconds }) => ({ name, from: startsAt, to: startsAt + seconds }))
  const end = lengthOfCurves(curvesOf(run))
  const last = placed.at(-1)?.to ?? 0
  return end > last ? [...placed, { name: 'drain', from: last, to: end }] : placed
}

const lengthOfCurves = ({ done, sent }: Curves): number => Math.max(done.length, sent.length)
