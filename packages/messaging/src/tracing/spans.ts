import { randomFillSync } from 'node:crypto'
import type { Attributes } from '@opentelemetry/api'
import type { Sampling } from './sampling.ts'
import { type Kind, PassingSpan, type Recorder, RecordedSpan, type Span } from './span.ts'
import { isRecorded, isSurelyUnrecorded, type TraceContext } from './traceContext.ts'

export interface SpanOptions {
  readonly kind?: Kind
  readonly parent?: TraceContext | undefined
  readonly links?: readonly TraceContext[]
  /** A function is called only when the span is recorded. */
  readonly attributes?: Attributes | (() => Attributes)
  /**
   * Who decides whether it is recorded. `parent`: the parent, or the sampler where a trace begins. `sampler`: the sampler in any
   * case, since the parent comes from outside and anybody could ask for anything. `always`: the caller has decided.
   */
  readonly decides?: 'parent' | 'sampler' | 'always'
}

/** Begins the spans of one process. */
export interface Spans {
  /** Whether nothing of the trace with this `traceparent` is recorded. Undecided when false. */
  passesOn(traceparent: string | undefined): boolean
  start(name: string, options: SpanOptions): Span
}

const nothing: readonly TraceContext[] = []

export function recordingSpans(recorder: Recorder, sampling: Sampling): Spans {
  return {
    passesOn: (traceparent) => sampling.followsParent && isSurelyUnrecorded(traceparent),
    start(name, { kind = 'internal', parent, links = nothing, attributes = {}, decides = 'parent' }) {
      const followsParent = decides === 'parent' && sampling.followsParent && parent !== undefined
      // Most messages of a system that records one in a hundred: they cost next to nothing.
      if (followsParent && !isRecorded(parent)) return new PassingSpan(parent)
      const traceId = parent?.traceId ?? randomHex(16)
      const records = followsParent || decides === 'always' || sampling.records(traceId)
      const flags = ((parent?.flags ?? 0b10) & 0b10) | (records ? 0b01 : 0)
      const context = { traceId, spanId: randomHex(8), flags, tracestate: parent?.tracestate }
      if (!records) return new PassingSpan(context)
      const known = typeof attributes === 'function' ? attributes() : { ...attributes }
      return new RecordedSpan(recorder, context, { name, kind, parent, links, attributes: known })
    },
  }
}

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
  return /^0*$/.test(hex) ? randomHex(bytes) : hex
}
