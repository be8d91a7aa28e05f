import { randomFillSync } from 'node:crypto'
import type { Sampling } from './sampling.ts'
import { type Kind, PassingSpan, type Recorder, RecordedSpan, type Span, type SpanAttributes } from './span.ts'
import { isRecorded, type TraceContext } from './traceContext.ts'

export interface SpanOptions {
  readonly kind?: Kind
  readonly parent?: TraceContext | undefined
  readonly links?: readonly TraceContext[]
  /** A function is called only when the span is recorded, and what it returns belongs to the span then. */
  readonly attributes?: SpanAttributes | (() => SpanAttributes)
  /** Further attributes, encoded once for many spans. */
  readonly shared?: Uint8Array
  /**
   * Who decides whether it is recorded. `parent`: the parent, or the sampler where a trace begins. `sampler`: the sampler in any
   * case, since the parent comes from outside and anybody could ask for anything. `always`: the caller has decided.
   */
  readonly decides?: 'parent' | 'sampler' | 'always'
}

/** Begins the spans of one process. */
export interface Spans {
  /** Whether a trace goes on as it came where nobody records it. */
  readonly followsParent: boolean
  start(name: string, options: SpanOptions): Span
}

const nothing: readonly TraceContext[] = []

export function recordingSpans(recorder: Recorder, sampling: Sampling): Spans {
  return {
    followsParent: sampling.followsParent,
    start(name, { kind = 'internal', parent, links = nothing, attributes, shared, decides = 'parent' }) {
      const followsParent = decides === 'parent' && sampling.followsParent && parent !== undefined
      // Most messages of a system that records one in a hundred: they cost next to nothing.
      if (followsParent && !isRecorded(parent)) return new PassingSpan(parent)
      const traceId = parent?.traceId ?? randomHex(16)
      const records = followsParent || decides === 'always' || sampling.records(traceId)
      const flags = ((parent?.flags ?? 0b10) & 0b10) | (records ? 0b01 : 0)
      const context = { traceId, spanId: randomHex(8), flags, tracestate: parent?.tracestate }
      if (!records) return new PassingSpan(context)
      const own = typeof attributes === 'function' ? attributes() : { ...attributes }
      return new RecordedSpan(recorder, context, { name, kind, parent, links, shared, attributes: own })
    },
  }
}

const zeros = '0'.repeat(32)
const pool = Buffer.alloc(4_096)
let used = pool.length

/** Random bytes are drawn many at a time: a call for each id would cost more than the span. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  const hex = pool.toString('hex', used - bytes, used)
  return hex === zeros.slice(0, hex.length) ? randomHex(bytes) : hex
}
