import { randomFillSync } from 'node:crypto'
import { writeName } from './encodeSpan.ts'
import type { Sampling } from './sampling.ts'
import { type Described, type Kind, PassingSpan, type Recorder, RecordedSpan, type Span, type SpanAttributes } from './span.ts'
import type { SpanWriter } from './spanWriter.ts'
import { isRecorded, TraceContext, TraceId } from './traceContext.ts'

export interface SpanOptions {
  readonly kind?: Kind
  readonly parent?: TraceContext | undefined
  readonly links?: readonly TraceContext[]
  /** A function is called only when the span is recorded. */
  readonly attributes?: SpanAttributes | (() => SpanAttributes)
  readonly decides?: Decides
}

/**
 * Who decides whether a span is recorded. `parent`: the parent, or the sampler where a trace begins. `sampler`: the sampler in any
 * case, since the parent comes from outside and anybody could ask for anything. `always`: the caller has decided.
 */
export type Decides = 'parent' | 'sampler' | 'always'

/** Begins the spans of one process. */
export interface Spans {
  /** Whether a trace goes on as it came where nobody records it. */
  readonly followsParent: boolean
  start(name: string, options: SpanOptions): Span
  /** {@link start} for a span that describes itself. @param decides `parent` unless it is given */
  begin(described: Described, parent: TraceContext | undefined, decides?: Decides): Span
  /** Milliseconds since the epoch, with fractions. */
  now(): number
}

export function recordingSpans(recorder: Recorder, sampling: Sampling): Spans {
  const begin = (described: Described, parent: TraceContext | undefined, decides: Decides = 'parent'): Span => {
    const followsParent = decides === 'parent' && sampling.followsParent && parent !== undefined
    // Most messages of a system that records one in a hundred: they cost next to nothing.
    if (followsParent && !isRecorded(parent)) return new PassingSpan(parent)
    const trace = parent?.trace ?? randomTrace()
    const records = followsParent || decides === 'always' || sampling.records(trace.text)
    const flags = ((parent?.flags ?? 0b10) & 0b10) | (records ? 0b01 : 0)
    const context = new TraceContext(trace, randomOfSpan(), randomOfSpan(), flags, parent?.tracestate)
    return records ? new RecordedSpan(recorder, context, parent, described) : new PassingSpan(context)
  }
  return {
    followsParent: sampling.followsParent,
    start(name, { kind = 'internal', parent, links = nothing, attributes = {}, decides }) {
      const span = begin(new NamedSpan(name, kind, links), parent, decides)
      if (!span.isRecorded) return span
      const own = typeof attributes === 'function' ? attributes() : attributes
      for (const [attribute, value] of Object.entries(own)) span.set(attribute, value)
      return span
    },
    begin,
    now: () => recorder.now(),
  }
}

const nothing: readonly TraceContext[] = []

class NamedSpan implements Described {
  readonly #name: string
  readonly #kind: Kind
  readonly #links: readonly TraceContext[]

  constructor(name: string, kind: Kind, links: readonly TraceContext[]) {
    this.#name = name
    this.#kind = kind
    this.#links = links
  }

  describe(writer: SpanWriter): void {
    writeName(writer, this.#name, this.#kind)
    for (const link of this.#links) writer.link(link)
  }
}

/** Half of a span's id, which must differ from the others of its trace, and may be guessed: OpenTelemetry's SDK makes it like this, too. */
const randomOfSpan = () => (1 + Math.random() * 0xffff_ffff) | 0

/** Drawn many at a time: a call for each id would cost more than the span. */
const pool = new Int32Array(1_024)
let used = pool.length

function randomTrace(): TraceId {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const [first = 0, second = 0, third = 0, fourth = 0] = pool.subarray(used, (used += 4))
  return (first | second | third | fourth) === 0 ? randomTrace() : new TraceId(first, second, third, fourth)
}
