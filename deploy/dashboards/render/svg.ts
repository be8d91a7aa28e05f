import { font } from './theme.ts'

/** Where something is drawn, in pixels. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

interface TextStyle {
  readonly size: number
  readonly color: string
  readonly weight?: number
  readonly anchor?: 'start' | 'middle' | 'end'
}

export const text = (x: number, y: number, words: string, { size, color, weight = 400, anchor = 'start' }: TextStyle): string =>
  `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${color}" text-anchor="${anchor}" ` +
  `style="font-variant-numeric: tabular-nums">${escaped(words)}</text>`

export const rect = ({ x, y, width, height }: Box, fill: string, more = ''): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}" ${more}/>`

/** A drawing within another. */
export const placed = (svg: string, { x, y }: Pick<Box, 'x' | 'y'>): string => svg.replace('<svg ', `<svg x="${x}" y="${y}" `)

export const page = (width: number, height: number, title: string, content: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
  `font-family="${font}" role="img" aria-label="${escaped(title)}">${content}</svg>`

/** About how wide a text is: nothing here knows the fonts of who looks at it. */
export const widthOf = (words: string, size: number): number =>
  Array.from(words).reduce((width, letter) => width + size * (narrow.has(letter) ? 0.3 : wide.test(letter) ? 0.72 : 0.56), 0)

const narrow = new Set("iljtfr.,:;'|!() \u202f")
const wide = /[mwMWA-Z%]/

/** So much of a text as fits. */
export function fitting(words: string, size: number, width: number): string {
  if (widthOf(words, size) <= width) return words
  let shorter = words
  while (shorter.length > 1 && widthOf(`${shorter}…`, size) > width) shorter = shorter.slice(0, -1)
  return `${shorter.trimEnd()}…`
}
