import type { Definition } from './definition.ts'
import { perSecond } from './figures.ts'
import type { EndpointState } from './instance.ts'
import type { TypeCounts } from './readRates.ts'
import type { Span } from './windows.ts'

/** Who says what to whom: as endpoints define it, and as it happens. */
export interface SystemMap {
  readonly nodes: readonly MapNode[]
  readonly edges: readonly MapEdge[]
}

export interface MapNode {
  readonly name: string
  /** `outside` for a source that is no endpoint: messages come from it. */
  readonly state: EndpointState | 'outside'
  /** Unresolved failures. */
  readonly failed: number
  /** Null while Kafka is away. */
  readonly lag: number | null
}

export interface MapEdge {
  readonly from: string
  readonly to: string
  readonly types: readonly string[]
  /** Messages handled. */
  readonly perSecond: number
  /** Tries that failed. */
  readonly failed: number
}

/** @param counts what was handled in the span; @param definitions by endpoint */
export function systemMap(
  endpoints: readonly MapNode[],
  definitions: ReadonlyMap<string, Definition>,
  counts: readonly TypeCounts[],
  span: Span,
): SystemMap {
  const edges = new Map<string, Edge>()
  for (const { from, to, type } of defined(definitions)) edgeOf(edges, from, to).types.add(type)
  for (const { source, endpoint, type, handled, failed } of counts) {
    const edge = edgeOf(edges, source, endpoint)
    if (type !== '') edge.types.add(type)
    edge.handled += handled
    edge.failed += failed
  }
  const known = new Set(endpoints.map(({ name }) => name))
  const outside = [...new Set([...edges.values()].map(({ from }) => from))].filter((from) => !known.has(from)).toSorted()
  return {
    nodes: [...endpoints, ...outside.map((name): MapNode => ({ name, state: 'outside', failed: 0, lag: 0 }))],
    edges: [...edges.values()]
      .filter(({ to }) => known.has(to))
      .map(({ handled, types, ...edge }) => ({ ...edge, types: [...types].toSorted(), perSecond: perSecond(handled, span) })),
  }
}

interface Edge {
  readonly from: string
  readonly to: string
  readonly types: Set<string>
  handled: number
  failed: number
}

function edgeOf(edges: Map<string, Edge>, from: string, to: string): Edge {
  const key = JSON.stringify([from, to])
  const edge = edges.get(key) ?? { from, to, types: new Set<string>(), handled: 0, failed: 0 }
  edges.set(key, edge)
  return edge
}

/** An endpoint hears what others produce, and what it sends to itself. */
function defined(definitions: ReadonlyMap<string, Definition>) {
  return [...definitions].flatMap(([to, { handles }]) =>
    handles.flatMap(({ type }) =>
      [...definitions]
        .filter(([, { produces }]) => produces.some((produced) => produced.type === type))
        .map(([from]) => ({ from, to, type })),
    ),
  )
}
