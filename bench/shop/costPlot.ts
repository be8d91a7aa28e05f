import { sum } from '../figures/statistics.ts'
import { short } from '../figures/table.ts'
import { type ShopFigures, standIns, totalCpuMs } from './figures.ts'

interface Group {
  readonly name: string
  readonly colour: string
  /** Where its name begins in the legend. */
  readonly x: number
}

/** From bottom to top. The colours are told apart on white and on black, also by who does not see red and green. */
const groups = {
  database: { name: 'database', colour: '#3b7dd8', x: 56 },
  broker: { name: 'broker, registry', colour: '#e08a1e', x: 146 },
  services: { name: 'services', colour: '#2a9d8f', x: 276 },
  standIns: { name: 'stand-ins: gateway, mailbox', colour: '#8d8d99', x: 366 },
} satisfies Record<string, Group>

function groupOf(process: string): Group {
  if (process === 'database') return groups.database
  if (process === 'broker' || process === 'registry') return groups.broker
  return standIns.includes(process) ? groups.standIns : groups.services
}

const width = 720
const height = 400
const plot = { left: 56, right: 704, top: 64, bottom: 356 }

/** Bars: CPU milliseconds an order, load by load. A line across a bar is what the kept run had. */
export function costPlot(loads: readonly ShopFigures[], kept: readonly ShopFigures[]): string {
  const highest = Math.max(...[...loads, ...kept].map(totalCpuMs))
  const step = stepOf(highest)
  const y = (ms: number) => plot.bottom - (ms / (Math.ceil(highest / step) * step)) * (plot.bottom - plot.top)
  const slot = (plot.right - plot.left) / loads.length
  const bars = loads.flatMap((load, at) => {
    const middle = plot.left + slot * (at + 0.5)
    const before = kept.find((each) => each.load === load.load)
    return [bar(load, middle, slot / 2, y), ...(before ? [mark(totalCpuMs(before), middle, slot / 2, y)] : [])]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="CPU milliseconds an order, by load">`,
    '<style>text { font-family: system-ui, sans-serif; font-size: 13px; fill: #1f2328 } line { stroke: #1f2328 } .grid { opacity: .18 } .kept { stroke-width: 2; stroke-dasharray: 5 3 }',
    '@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } line { stroke: #e6edf3 } }</style>',
    text(plot.left, 20, 'CPU ms an order, all processes', 'start', 'bold'),
    ...legend(kept.length > 0),
    ...gridLines(highest, step, y),
    ...bars,
    '</svg>\n',
  ].join('\n')
}

function bar(load: ShopFigures, middle: number, barWidth: number, y: (ms: number) => number): string {
  const total = totalCpuMs(load)
  let below = 0
  const segments = groupedCpu(load).map(({ colour, ms }) => {
    const rect = `<rect x="${px(middle - barWidth / 2)}" y="${px(y(below + ms))}" width="${px(barWidth)}" height="${px(y(below) - y(below + ms))}" fill="${colour}"/>`
    below += ms
    return rect
  })
  const labels = [text(middle, y(total) - 6, short(total), 'middle', 'bold'), text(middle, plot.bottom + 20, load.load, 'middle')]
  return [...segments, ...labels].join('\n')
}

function groupedCpu({ cpuMs }: ShopFigures): { colour: string; ms: number }[] {
  const processes = Object.entries(cpuMs)
  return Object.values(groups).map((group) => ({
    colour: group.colour,
    ms: sum(processes.filter(([process]) => groupOf(process) === group).map(([, ms]) => ms)),
  }))
}

function mark(ms: number, middle: number, barWidth: number, y: (ms: number) => number): string {
  const line = `<line class="kept" x1="${px(middle - barWidth * 0.75)}" x2="${px(middle + barWidth * 0.75)}" y1="${px(y(ms))}" y2="${px(y(ms))}"/>`
  return `${line}\n${text(middle + barWidth * 0.75, y(ms) - 5, `kept: ${short(ms)}`, 'end')}`
}

function legend(hasKept: boolean): string[] {
  const entries = Object.values(groups).map(
    ({ name, colour, x }) => `<rect x="${x}" y="32" width="12" height="12" fill="${colour}"/>${text(x + 18, 43, name, 'start')}`,
  )
  const line = `<line class="kept" x1="592" x2="616" y1="38" y2="38"/>${text(622, 43, 'the kept run', 'start')}`
  return hasKept ? [...entries, line] : entries
}

function gridLines(highest: number, step: number, y: (ms: number) => number): string[] {
  const values = Array.from({ length: Math.ceil(highest / step) + 1 }, (_, at) => at * step)
  return values.map((value) => {
    const at = px(y(value))
    return `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${at}" y2="${at}"/>${text(plot.left - 8, y(value) + 4, String(value), 'end')}`
  })
}

/** 1, 2 or 5 times a power of ten, so that there are about five lines. */
function stepOf(highest: number): number {
  const power = 10 ** Math.floor(Math.log10(highest / 5))
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => highest / step <= 6) ?? 10 * power
}

const px = (value: number): string => value.toFixed(1)

const text = (x: number, y: number, content: string, anchor: string, weight = 'normal'): string =>
  `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" font-weight="${weight}">${content}</text>`
