import type { EndpointTopology } from '@petrel/messaging/operations'
import { isMap, isScalar, LineCounter, parseDocument, type Pair, stringify } from 'yaml'
import { Problem } from '../problem.ts'

/** What the chart needs to know of an endpoint: the block `endpoint:` of its values. One that hears nothing has no group. */
export const endpointValues = ({ name, partitions, scalesBy, handlerTimeLimitSeconds, deployOrder }: EndpointTopology) => ({
  name,
  partitions,
  topics: scalesBy?.topics ?? [],
  ...(scalesBy !== undefined && { group: scalesBy.group }),
  handlerTimeLimitSeconds,
  deployOrder,
})

/**
 * A service's values with a new block `endpoint:`. Every other line is as it was, character by character, so comments and
 * the form in which people write stay theirs. A file without the block gets one at its end.
 * @throws Problem when the text is not a YAML mapping in block style
 */
export function withEndpoint(file: string, text: string, endpoint: EndpointTopology): string {
  const lines = text.split('\n')
  const { from, to } = blockOf(file, text, lines)
  const block = stringify({ endpoint: endpointValues(endpoint) }, { lineWidth: 0 })
    .trimEnd()
    .split('\n')
  const after = lines.slice(to)
  return [...lines.slice(0, from), ...block, ...(after.length > 0 ? after : [''])].join('\n')
}

/** From the line of its key up to the line after its last one. Lines are counted from 0. */
function blockOf(file: string, text: string, lines: readonly string[]): { from: number; to: number } {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  const [error] = document.errors
  if (error !== undefined) throw new Problem(`${file} is not YAML: ${error.message}`)
  const end = lines.length - (lines.at(-1) === '' ? 1 : 0)
  if (document.contents === null) return { from: end, to: end }
  if (!isMap(document.contents) || document.contents.flow === true)
    throw new Problem(`${file} must have keys at its top, one a line: image: …`)
  const { items } = document.contents
  const begins = items.map((pair) => counter.linePos(offsetOf(pair)).line - 1)
  const index = items.findIndex(({ key }) => isScalar(key) && key.value === 'endpoint')
  const from = begins[index]
  if (from === undefined) return { from: end, to: end }
  return { from, to: withoutWhatFollows(lines, from, begins[index + 1] ?? end) }
}

/** Blank lines and comments at the margin belong to what comes next. */
function withoutWhatFollows(lines: readonly string[], from: number, next: number): number {
  let to = next
  while (to > from + 1 && /^(#|\s*$)/.test(lines[to - 1] ?? '')) to -= 1
  return to
}

const offsetOf = ({ key }: Pair): number => (isScalar(key) ? (key.range?.[0] ?? 0) : 0)
