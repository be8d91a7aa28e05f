import { escaped, fitting, text, widthOf } from './svg.ts'
import type { Theme } from './theme.ts'

export interface LegendItem {
  readonly name: string
  readonly color: string
  /** Its highest value, as a person reads it. */
  readonly highest: string
}

const size = 11
const lineHeight = 17
const mostLines = 3

interface Placed extends LegendItem {
  readonly x: number
  readonly line: number
}

export interface Legend {
  readonly height: number
  draw(top: number): string
}

/** As many lines of names as are needed, and no more than three. */
export function legendOf(items: readonly LegendItem[], width: number, theme: Theme): Legend {
  const placed = inLines(items, width)
  const shown = placed.filter(({ line }) => line < mostLines)
  const lines = Math.max(0, ...shown.map(({ line }) => line + 1))
  const hidden = placed.length - shown.length
  const more = hidden > 0 ? text(width - 8, 0, `+ ${hidden} more`, { size, color: theme.muted, anchor: 'end' }) : ''
  return {
    height: lines * lineHeight + 4,
    draw: (top) =>
      `<g transform="translate(0 ${top + 12})">${shown.map((item) => drawItem(item, theme)).join('')}` +
      `<g transform="translate(0 ${(lines - 1) * lineHeight})">${more}</g></g>`,
  }
}

const nameWidth = 190
const shortName = ({ name }: LegendItem) => fitting(name, size, nameWidth)
const itemWidth = (item: LegendItem) => 18 + widthOf(shortName(item), size) + 6 + widthOf(`max ${item.highest}`, size) + 14

function inLines(items: readonly LegendItem[], width: number): Placed[] {
  let [x, line] = [10, 0]
  return items.map((item) => {
    if (x > 10 && x + itemWidth(item) > width) [x, line] = [10, line + 1]
    const placed = { ...item, x, line }
    x += itemWidth(item)
    return placed
  })
}

function drawItem(item: Placed, theme: Theme): string {
  const y = item.line * lineHeight
  const name = shortName(item)
  return (
    `<g transform="translate(${item.x} ${y})"><title>${escaped(item.name)}</title>` +
    `<rect x="0" y="-6" width="12" height="4" rx="2" fill="${item.color}"/>` +
    `<text x="18" font-size="${size}" fill="${theme.ink}">${escaped(name)}` +
    `<tspan dx="6" fill="${theme.muted}">max ${escaped(item.highest)}</tspan></text></g>`
  )
}
