import type { RecordHeaders } from '../broker/port.ts'
import type { Delivery } from '../engine/delivery.ts'
import type { MessageIdentity } from '../identity.ts'
import type { Active, Outside } from './active.ts'
import type { Attachment } from './attachment.ts'
import { consumerAttributes, routeAttributes, writeMessage, writeTry } from './attributes.ts'
import { encoded, writeAttributes, writeName } from './encodeSpan.ts'
import type { TryTracing } from './port.ts'
import { contextIn, isOfUnrecordedTrace, traceHeadersIn } from './recordContext.ts'
import type { Described, RecordedSpan, Span } from './span.ts'
import type { Spans } from './spans.ts'
import type { SpanWriter } from './spanWriter.ts'
import { TraceContext, type TraceHeaders, TraceId } from './traceContext.ts'

/** The spans of an endpoint's messages, as far as they are under way. */
export interface MessageSpans {
  readonly spans: Spans
  readonly outside: Outside
  readonly processing: (topic: string) => TopicSpans
  /** The span in which each message is handled, or was handled last. */
  readonly handling: Attachment<MessageIdentity, Span>
}

/** What the spans of messages of one topic have in common: encoded once, and copied into each. */
class TopicSpans {
  readonly #ofTopic: Uint8Array
  /** By partition: of its last message. The next one mostly has the same type and the same handler. */
  readonly #last: PartitionSpans[] = []

  constructor(topic: string, group: string) {
    this.#ofTopic = encoded((writer) => {
      writeName(writer, `process ${topic}`, 'consumer')
      writeAttributes(writer, consumerAttributes(topic, group))
    })
  }

  describe(writer: SpanWriter): void {
    writer.fields(this.#ofTopic)
  }

  /** What is said of a message, but for what no other one has. */
  describeRoute(writer: SpanWriter, partition: number, type: string, handler: string): void {
    let last = this.#last[partition]
    if (last?.type !== type || last.handler !== handler) {
      const fields = encoded((own) => {
        this.describe(own)
        writeAttributes(own, routeAttributes(partition, type, handler))
      })
      this.#last[partition] = last = { type, handler, fields }
    }
    writer.fields(last.fields)
  }
}

interface PartitionSpans {
  readonly type: string
  readonly handler: string
  readonly fields: Uint8Array
}

/** @param groupOf the consumer group that reads a topic */
export const processingOf = (groupOf: (topic: string) => string): MessageSpans['processing'] =>
  madeOnce((topic) => new TopicSpans(topic, groupOf(topic)))

/** An endpoint has some ten topics. */
export function madeOnce<Made extends object>(make: (topic: string) => Made): (topic: string) => Made {
  const made = new Map<string, Made>()
  return (topic) => {
    const known = made.get(topic)
    if (known !== undefined) return known
    const now = make(topic)
    made.set(topic, now)
    return now
  }
}

/** Begins one try of a message. @param batch the span of the batch handler that handles it with others */
export function beginTry(
  messages: MessageSpans,
  delivery: Delivery,
  tries: number,
  batch?: TraceContext,
): PassingTry | MessageTry {
  const { spans, handling } = messages
  const { identity, record } = delivery.envelope
  const { headers } = record
  if (spans.followsParent && isOfUnrecordedTrace(headers)) return new PassingTry(messages, headers)
  const producer = contextIn(headers)
  const begun = new MessageTry(messages, delivery, tries, producer, batch)
  // Of a trace that is not recorded and has begun elsewhere, the record itself says what is passed on.
  if (!begun.span.isRecorded && producer !== undefined) return new PassingTry(messages, headers)
  handling.attach(identity, begun.span)
  return begun
}

/**
 * A try of a message whose trace is not recorded. It is its own span, which only passes the trace on: the headers of the record are
 * read when somebody wants to know, and mostly nobody does.
 */
class PassingTry implements TryTracing, Active, Span {
  readonly spans: Spans
  readonly isRecorded = false
  readonly #outside: Outside
  readonly #record: RecordHeaders

  constructor({ spans, outside }: MessageSpans, record: RecordHeaders) {
    this.spans = spans
    this.#outside = outside
    this.#record = record
  }

  get span(): Span {
    return this
  }

  get headers(): TraceHeaders {
    return traceHeadersIn(this.#record)
  }

  get context(): TraceContext {
    return contextIn(this.#record) ?? unknownPlace
  }

  run<T>(handle: () => Promise<T>): Promise<T> {
    return this.#outside.while(this, handle)
  }

  set(): void {}
  end(): void {}
}

const unknownPlace = new TraceContext(new TraceId(0, 0, 0, 0), 0, 0, 0)

/** One try of a message: it is what is active meanwhile, and describes its own span. */
class MessageTry implements TryTracing, Active, Described {
  readonly spans: Spans
  readonly span: Span
  readonly #outside: Outside
  readonly #topic: TopicSpans
  readonly #delivery: Delivery
  readonly #tries: number
  readonly #producer: TraceContext | undefined
  readonly #batch: TraceContext | undefined
  #outcome: string | undefined

  /** @param producer is its parent, and is linked, too */
  constructor(messages: MessageSpans, delivery: Delivery, tries: number, producer?: TraceContext, batch?: TraceContext) {
    const { spans, outside, processing } = messages
    this.spans = spans
    this.#outside = outside
    this.#topic = processing(delivery.envelope.record.topic)
    this.#delivery = delivery
    this.#tries = tries
    this.#producer = producer
    this.#batch = batch
    this.span = spans.begin(this, producer)
  }

  get headers(): TraceHeaders {
    return this.span.headers
  }

  run<T>(handle: () => Promise<T>): Promise<T> {
    return this.#outside.while(this, handle)
  }

  end(outcome = 'handled', error?: unknown): void {
    this.#outcome = outcome
    this.span.end(error === undefined || noFailures.has(outcome) ? undefined : error)
  }

  describe(writer: SpanWriter, { startedAt }: RecordedSpan): void {
    const { envelope, route } = this.#delivery
    const { typeName = route?.type.fullName ?? '', record } = envelope
    this.#topic.describeRoute(writer, record.partition, typeName, route?.name ?? '')
    writeMessage(writer, envelope, startedAt)
    writeTry(writer, envelope.attempts + this.#tries, this.#outcome)
    if (this.#producer !== undefined) writer.link(this.#producer)
    if (this.#batch !== undefined) writer.link(this.#batch)
  }
}

const noFailures = new Set(['postpone', 'given back'])
