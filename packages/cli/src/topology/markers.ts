import { Problem } from '../problem.ts'

const begin = (part: string) => `<!-- petrel topology: ${part} -->`
const end = '<!-- petrel topology: end -->'

/**
 * A text with one part of it made anew: what stands between `<!-- petrel topology: part -->` and the next end marker.
 * A text without that marker has no such part, and stays as it is.
 * @throws Problem when the part does not end
 */
export function withPart(file: string, text: string, part: string, make: (former: string) => string): string {
  const marker = text.indexOf(begin(part))
  if (marker === -1) return text
  const from = marker + begin(part).length
  const to = text.indexOf(end, from)
  if (to === -1) throw new Problem(`${file} has ${begin(part)}, but no ${end} behind it.`)
  return `${text.slice(0, from)}\n${make(text.slice(from, to).trim())}\n${text.slice(to)}`
}
