import type { Exported } from './readExport.ts'

/** A trace as lines: each span below its parent, further right, in the order in which they began. `✗`: it has failed. */
export function drawTrace(spans: readonly Exported[], describe: (span: Exported) => string = ({ name }) => name): string[] {
  const inOrder = spans.toSorted((a, b) => Number(a.startedAt - b.startedAt))
  const known = new Set(spans.map(({ spanId }) => spanId))
  const draw = (span: Exported, depth: number): string[] => [
    `${'  '.repeat(depth)}${describe(span)}${span.failed ? ' ✗' : ''}`,
    ...inOrder.filter(({ parentSpanId }) => parentSpanId === span.spanId).flatMap((child) => draw(child, depth + 1)),
  ]
  return inOrder.filter(({ parentSpanId }) => !known.has(parentSpanId)).flatMap((span) => draw(span, 0))
}
