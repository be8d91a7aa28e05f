import type { Attributes, HrTime, Link, SpanContext } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { RecordHeaders } from '../broker/port.ts'
import { contextIn, traceHeadersIn } from './recordContext.ts'
import { type TraceContext, type TraceHeaders, traceHeaders } from './traceContext.ts'

// The SDK's own spans cost 6 µs each, and a message has at least two. These hold the same, cost a fifth, and go through the SDK's
// processor and exporter (docs/decisions/0018-tracing.md).

/** OpenTelemetry's numbers for kinds of spans: importing them would load its API where nothing is traced. */
export const kinds = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 } as const
export type Kind = keyof typeof kinds

const failed = 2

/** Work that is being traced. */
export interface Span {
  /** What comes next in the trace continues here. */
  readonly context: TraceContext
  readonly isRecorded: boolean
  /** W3C headers for whoever is called. */
  readonly headers: TraceHeaders
  set(attribute: string, value: string | number | boolean): void
  /** Ends it once; a second call changes nothing. */
  end(error?: unknown): void
}

/** A span of a trace that is not recorded: it only passes the trace on. */
export class PassingSpan implements Span {
  readonly context: TraceContext
  readonly isRecorded = false

  constructor(context: TraceContext) {
    this.context = context
  }

  get headers(): TraceHeaders {
    return traceHeaders(this.context)
  }

  set(): void {}
  end(): void {}
}

/** The same, of a message: the headers of its record are read when somebody wants to know, and mostly nobody does. */
export class PassingMessage implements Span {
  readonly isRecorded = false
  readonly #record: RecordHeaders

  constructor(record: RecordHeaders) {
    this.#record = record
  }

  get headers(): TraceHeaders {
    return traceHeadersIn(this.#record)
  }

  get context(): TraceContext {
    return contextIn(this.#record) ?? unknownPlace
  }

  set(): void {}
  end(): void {}
}

const unknownPlace: TraceContext = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), flags: 0 }

/** What all spans of a process share, and where they go when they have ended. */
export interface Recorder extends Pick<ReadableSpan, 'resource' | 'instrumentationScope'> {
  ended(span: ReadableSpan): void
  /** As the SDK wants it, for links and parents. */
  contextOf(context: TraceContext): SpanContext
  /** Milliseconds since the epoch, with fractions. */
  now(): number
}

export interface SpanStart {
  readonly name: string
  readonly kind: Kind
  readonly parent: TraceContext | undefined
  readonly links: readonly TraceContext[]
  readonly attributes: Attributes
}

export class RecordedSpan implements Span, ReadableSpan {
  readonly context: TraceContext
  readonly isRecorded = true
  readonly name: string
  readonly kind: (typeof kinds)[Kind]
  readonly attributes: Attributes
  readonly links: Link[]
  readonly events: ReadableSpan['events'] = []
  status: ReadableSpan['status'] = { code: 0 }
  readonly droppedAttributesCount = 0
  readonly droppedEventsCount = 0
  readonly droppedLinksCount = 0
  readonly parentSpanContext?: SpanContext
  readonly #recorder: Recorder
  readonly #startedAt: number
  #endedAt = 0

  constructor(recorder: Recorder, context: TraceContext, { name, kind, parent, links, attributes }: SpanStart) {
    this.#recorder = recorder
    this.context = context
    this.name = name
    this.kind = kinds[kind]
    const above = parent === undefined ? undefined : recorder.contextOf(parent)
    if (above !== undefined) this.parentSpanContext = above
    this.links = links.map((link) => ({ context: link === parent && above !== undefined ? above : recorder.contextOf(link) }))
    this.attributes = attributes
    this.#startedAt = recorder.now()
  }

  get headers(): TraceHeaders {
    return traceHeaders(this.context)
  }

  set(attribute: string, value: string | number | boolean): void {
    this.attributes[attribute] = value
  }

  end(error?: unknown): void {
    if (this.ended) return
    this.#endedAt = Math.max(this.#recorder.now(), this.#startedAt)
    if (error !== undefined) this.#fail(error)
    this.#recorder.ended(this)
  }

  #fail(error: unknown): void {
    const { name, message } = error instanceof Error ? error : { name: typeof error, message: String(error) }
    this.status = { code: failed, message: message.slice(0, longestMessage) }
    this.attributes['error.type'] = name
  }

  // What the SDK's exporter reads.

  get ended(): boolean {
    return this.#endedAt !== 0
  }

  get resource() {
    return this.#recorder.resource
  }

  get instrumentationScope() {
    return this.#recorder.instrumentationScope
  }

  get startTime(): HrTime {
    return hrTime(this.#startedAt)
  }

  get endTime(): HrTime {
    return hrTime(this.#endedAt)
  }

  get duration(): HrTime {
    return hrTime(this.#endedAt - this.#startedAt)
  }

  spanContext(): SpanContext {
    return this.#recorder.contextOf(this.context)
  }
}

const longestMessage = 500

/** Seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  const seconds = Math.trunc(ms / 1_000)
  return [seconds, Math.round((ms - seconds * 1_000) * 1_000_000)]
}
