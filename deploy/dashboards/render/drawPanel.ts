import { drawBars } from './bars.ts'
import type { Drawing } from './drawing.ts'
import { drawFigure } from './figure.ts'
import { drawGraph } from './graph.ts'
import { drawHeat } from './heat.ts'
import { fieldOf } from './fields.ts'
import { escaped, fitting, rect, text } from './svg.ts'
import { countedUnit } from './units.ts'
import { drawTable } from './table.ts'

const types: Readonly<Record<string, (drawing: Drawing) => string>> = {
  timeseries: drawGraph,
  stat: drawFigure,
  bargauge: drawBars,
  heatmap: drawHeat,
  table: drawTable,
}

const titleHeight = 30

/** A panel with its frame and title; who points at it reads its description. */
export function drawPanel(drawing: Drawing, title: string): string {
  const { panel, theme, width, height } = drawing
  const inside = { ...drawing, height: height - titleHeight - 6 }
  return (
    `<title>${escaped(panel.description ?? '')}</title>` +
    rect({ x: 0.5, y: 0.5, width: width - 1, height: height - 1 }, theme.surface, `rx="7" stroke="${theme.line}"`) +
    heading(drawing, title) +
    `<g transform="translate(0 ${titleHeight})">${content(inside)}</g>`
  )
}

function heading({ panel, theme, width }: Drawing, title: string): string {
  const unit = panel.type === 'timeseries' ? countedUnit(fieldOf(panel, '').unit) : undefined
  const words = escaped(fitting(title, 13, width - 24))
  const what =
    unit === undefined ? '' : `<tspan dx="7" font-size="11" font-weight="400" fill="${theme.muted}">${escaped(unit)}</tspan>`
  return `<text x="12" y="20" font-size="13" font-weight="600" fill="${theme.ink}">${words}${what}</text>`
}

function content(drawing: Drawing): string {
  const { panel, series, theme, width, height } = drawing
  const draw = types[panel.type]
  if (draw === undefined) throw new Error(`A panel of the type ${panel.type} is not drawn yet: add it to render/drawPanel.ts.`)
  if (series.some(({ points }) => points.some(([, value]) => Number.isFinite(value)))) return draw(drawing)
  return text(width / 2, height / 2, 'No data', { size: 13, color: theme.muted, anchor: 'middle' })
}
