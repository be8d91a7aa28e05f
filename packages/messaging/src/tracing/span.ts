import type { RecordHeaders } from '../broker/port.ts'
import { contextIn, traceHeadersIn } from './recordContext.ts'
import { keptHeaders, type TraceContext, type TraceHeaders, traceHeaders } from './traceContext.ts'

/** What is said of a span, by OpenTelemetry's names. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>

/** The protocol's numbers for kinds of spans. */
export const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const
export type Kind = keyof typeof kinds

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
export interface Recorder {
  ended(span: RecordedSpan): void
  /** Milliseconds since the epoch, with fractions. */
  now(): number
}

export interface SpanStart {
  readonly name: string
  readonly kind: Kind
  readonly parent: TraceContext | undefined
  readonly links: readonly TraceContext[]
  readonly shared: Uint8Array | undefined
  readonly attributes: Record<string, string | number | boolean>
}

/** Holds what is known of a span until it has ended and is encoded (docs/decisions/0018-tracing.md). */
export class RecordedSpan implements Span {
  readonly context: TraceContext
  readonly isRecorded = true
  readonly name: string
  readonly kind: (typeof kinds)[Kind]
  readonly parent: TraceContext | undefined
  readonly links: readonly TraceContext[]
  /** Attributes that are encoded already. */
  readonly shared: Uint8Array | undefined
  readonly attributes: Record<string, string | number | boolean>
  readonly startedAt: number
  /** Milliseconds since the epoch, as is `startedAt`; 0 until it has ended. */
  endedAt = 0
  /** What it has failed with. */
  error: string | undefined
  readonly #recorder: Recorder
  #headers: TraceHeaders | undefined

  constructor(recorder: Recorder, context: TraceContext, { name, kind, parent, links, shared, attributes }: SpanStart) {
    this.#recorder = recorder
    this.context = context
    this.name = name
    this.kind = kinds[kind]
    this.parent = parent
    this.links = links
    this.shared = shared
    this.attributes = attributes
    this.startedAt = recorder.now()
  }

  get headers(): TraceHeaders {
    this.#headers ??= keptHeaders(this.context)
    return this.#headers
  }

  set(attribute: string, value: string | number | boolean): void {
    this.attributes[attribute] = value
  }

  end(error?: unknown): void {
    if (this.endedAt !== 0) return
    this.endedAt = Math.max(this.#recorder.now(), this.startedAt)
    if (error !== undefined) this.#fail(error)
    this.#recorder.ended(this)
  }

  #fail(error: unknown): void {
    const { name, message } = error instanceof Error ? error : { name: typeof error, message: String(error) }
    this.error = message.slice(0, longestMessage)
    this.attributes['error.type'] = name
  }
}

const longestMessage = 500
