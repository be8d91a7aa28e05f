import { type Dashboard, type GridPos, type Panel, type RowPanel, VariableType } from '@grafana/grafana-foundation-sdk/dashboard'
import { isRow } from '../queries/panels.ts'
import { type Prometheus, prometheusAt, type Range } from '../queries/prometheus.ts'
import { runPanel, stepFor } from '../queries/runPanel.ts'
import { builtIn, defaultValues, substituted, type Values } from '../queries/variables.ts'
import type { Phase } from './drawing.ts'
import { drawPanel } from './drawPanel.ts'
import { phasesIn } from './phases.ts'
import { type Box, escaped, page, text } from './svg.ts'
import { type Theme, type ThemeName, themes } from './theme.ts'

/** What is looked at, and how. */
export interface View {
  readonly prometheusUrl: string
  /** Unix times in seconds. */
  readonly from: number
  readonly to: number
  /** Of the dashboard's variables; the others have their defaults. */
  readonly values?: Values
  readonly theme?: ThemeName
  readonly width?: number
}

interface Canvas {
  readonly prometheus: Prometheus
  readonly range: Range
  readonly values: Values
  readonly phases: readonly Phase[]
  readonly theme: Theme
  readonly width: number
}

const margin = 16
const gap = 8
const cell = 30
const header = 60

/** A dashboard as Grafana would lay it out, with what its queries give, as one SVG. @throws Problem when Prometheus is not there */
export async function drawDashboard(dashboard: Dashboard, view: View): Promise<string> {
  const canvas = await prepare(dashboard, view)
  const drawn = await Promise.all((dashboard.panels ?? []).map((each) => drawAt(each, canvas)))
  const rows = Math.max(...(dashboard.panels ?? []).map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)))
  const height = header + rows * (cell + gap) + margin
  const ground = `<rect width="100%" height="100%" fill="${canvas.theme.ground}"/>`
  return page(canvas.width, height, dashboard.title ?? '', ground + head(dashboard, canvas) + drawn.join(''))
}

async function prepare(dashboard: Dashboard, view: View): Promise<Canvas> {
  const { from, to, values = {}, theme = 'light', width = 1600 } = view
  const prometheus = prometheusAt(view.prometheusUrl)
  const scrape = await prometheus.scrapeSeconds()
  const step = stepFor({ from, to }, 180, scrape)
  const range = { from: Math.floor(from / step) * step, to: Math.ceil(to / step) * step, step }
  const all = { ...defaultValues(dashboard), ...values, ...builtIn(range, scrape) }
  return { prometheus, range, values: all, phases: await phasesIn(dashboard, prometheus, range), theme: themes[theme], width }
}

async function drawAt(panel: Panel | RowPanel, canvas: Canvas): Promise<string> {
  const box = boxOf(panel.gridPos ?? { x: 0, y: 0, w: 24, h: 1 }, canvas.width)
  const title = substituted(panel.title ?? '', canvas.values)
  const drawn = isRow(panel) ? question(title, box, canvas.theme) : await answered(panel, title, box, canvas)
  return `<g transform="translate(${box.x} ${box.y})">${drawn}</g>`
}

async function answered(panel: Panel, title: string, { width, height }: Box, canvas: Canvas): Promise<string> {
  const { prometheus, range, values, phases, theme } = canvas
  const series = await runPanel(panel, prometheus, range, values)
  return drawPanel({ panel, series, range, phases, theme, width, height }, title)
}

const question = (title: string, { height }: Box, theme: Theme) =>
  text(2, height - 7, title, { size: 15, color: theme.ink, weight: 650 })

function boxOf({ x, y, w, h }: GridPos, width: number): Box {
  const column = (width - 2 * margin + gap) / 24
  return {
    x: margin + x * column,
    y: header + y * (cell + gap),
    width: w * column - gap,
    height: h * (cell + gap) - gap,
  }
}

function head({ title = '', templating }: Dashboard, { range, values, theme, width }: Canvas): string {
  const chosen = (templating.list ?? [])
    .filter(({ type, name }) => type === VariableType.Query && values[name] !== '.*')
    .map(({ label, name }) => `${label ?? name}: ${values[name]}`)
  const right = [...chosen, `${day(range.from)} ${clock(range.from)} – ${clock(range.to)}`].join('   ·   ')
  return (
    `<title>${escaped(title)}</title>` +
    text(margin + 2, 38, title, { size: 21, color: theme.ink, weight: 700 }) +
    text(width - margin, 38, right, { size: 13, color: theme.muted, anchor: 'end' })
  )
}

const day = (seconds: number) => new Date(seconds * 1000).toLocaleDateString('en-CA')
const clock = (seconds: number) => new Date(seconds * 1000).toLocaleTimeString('en-GB')
