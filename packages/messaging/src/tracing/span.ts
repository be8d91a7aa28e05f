import { messageForLog, withoutAddresses } from '../errorForLog.ts'
import type { SpanWriter } from './spanWriter.ts'
import { type TraceContext, type TraceHeaders, traceHeaders } from './traceContext.ts'

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
  /** Ends it once; a second call changes nothing. @param at in milliseconds since the epoch. Default: now */
  end(error?: unknown, at?: number): void
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

/** What all spans of a process share, and where they go when they have ended. */
export interface Recorder {
  ended(span: RecordedSpan): void
  /** Milliseconds since the epoch, with fractions. */
  now(): number
}

/** What there is to say of a span beside its place, its times, and what was set: name, kind, links, and attributes that are known from the start. */
export interface Described {
  /** Called once, when the span has ended: so nothing of it need be made before. */
  describe(writer: SpanWriter, span: RecordedSpan): void
}

/** Holds what is known of a span until it has ended and is encoded (docs/decisions/0018-tracing.md). */
export class RecordedSpan implements Span {
  readonly context: TraceContext
  readonly isRecorded = true
  readonly parent: TraceContext | undefined
  readonly described: Described
  /** Milliseconds since the epoch, with fractions. */
  readonly startedAt: number
  /** The same; 0 until it has ended. */
  endedAt = 0
  /** What was set. */
  attributes: Record<string, string | number | boolean> | undefined
  /** What it has failed with, without values of the message, as in a log. */
  error: string | undefined
  readonly #recorder: Recorder
  #headers: TraceHeaders | undefined

  constructor(recorder: Recorder, context: TraceContext, parent: TraceContext | undefined, described: Described) {
    this.#recorder = recorder
    this.context = context
    this.parent = parent
    this.described = described
    this.startedAt = recorder.now()
  }

  get headers(): TraceHeaders {
    this.#headers ??= traceHeaders(this.context)
    return this.#headers
  }

  set(attribute: string, value: string | number | boolean): void {
    this.attributes ??= {}
    this.attributes[attribute] = value
  }

  end(error?: unknown, at = this.#recorder.now()): void {
    if (this.endedAt !== 0) return
    this.endedAt = Math.max(at, this.startedAt)
    if (error !== undefined) this.#fail(error)
    this.#recorder.ended(this)
  }

  #fail(error: unknown): void {
    const isError = error instanceof Error
    this.error = (isError ? messageForLog(error) : withoutAddresses(error)).slice(0, longestMessage)
    this.set('error.type', isError ? error.name : typeof error)
  }
}

const longestMessage = 500
