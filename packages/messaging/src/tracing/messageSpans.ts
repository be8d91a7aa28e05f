import type { Delivery } from '../engine/delivery.ts'
import type { MessageIdentity } from '../identity.ts'
import type { Active, Outside } from './active.ts'
import type { Attachment } from './attachment.ts'
import { consumerAttributes, routeAttributes, writeMessage, writeTry } from './attributes.ts'
import { attributesOfSpan, encoded, writeAttributes, writeLink, writeName } from './encodeSpan.ts'
import type { TryTracing } from './port.ts'
import type { ProtobufWriter } from './protobuf.ts'
import { contextIn, isOfUnrecordedTrace } from './recordContext.ts'
import { type Described, PassingMessage, type RecordedSpan, type Span } from './span.ts'
import type { Spans } from './spans.ts'
import type { TraceContext, TraceHeaders } from './traceContext.ts'

/** The spans of an endpoint's messages, as far as they are under way. */
export interface MessageSpans {
  readonly spans: Spans
  readonly outside: Outside
  readonly processing: (topic: string) => TopicSpans
  /** The span in which each message is handled, or was handled last. */
  readonly handling: Attachment<MessageIdentity, Span>
}

/** What the spans of messages of one topic have in common: encoded once, and copied into each. */
export class TopicSpans {
  readonly #ofTopic: Uint8Array
  /** By partition: of its last message. The next one mostly has the same type and the same handler. */
  readonly #last: PartitionSpans[] = []

  constructor(topic: string, group: string) {
    this.#ofTopic = encoded((writer) => {
      writeName(writer, `process ${topic}`, 'consumer')
      writeAttributes(writer, attributesOfSpan, consumerAttributes(topic, group))
    })
  }

  describe(writer: ProtobufWriter): void {
    writer.fields(this.#ofTopic)
  }

  /** What is said of a message, but for what no other one has. */
  describeRoute(writer: ProtobufWriter, partition: number, type: string, handler: string): void {
    let last = this.#last[partition]
    if (last?.type !== type || last.handler !== handler) {
      const fields = encoded((own) => {
        this.describe(own)
        writeAttributes(own, attributesOfSpan, routeAttributes(partition, type, handler))
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

/** One try of a message: it is what is active meanwhile, and describes its own span. */
export class MessageTry implements TryTracing, Active, Described {
  readonly spans: Spans
  readonly span: Span
  readonly #outside: Outside
  readonly #topic: TopicSpans
  readonly #delivery: Delivery
  readonly #tries: number
  /** The parent, and a link, too. */
  readonly #producer: TraceContext | undefined
  readonly #batch: TraceContext | undefined
  #outcome: string | undefined

  /** @param batch the span of the batch handler that handles it with others */
  constructor({ spans, outside, processing, handling }: MessageSpans, delivery: Delivery, tries: number, batch?: TraceContext) {
    const { identity, record } = delivery.envelope
    const { headers } = record
    const isPassing = spans.followsParent && isOfUnrecordedTrace(headers)
    const producer = isPassing ? undefined : contextIn(headers)
    this.spans = spans
    this.#outside = outside
    this.#topic = processing(record.topic)
    this.#delivery = delivery
    this.#tries = tries
    this.#producer = producer
    this.#batch = batch
    this.#outcome = undefined
    const span = isPassing ? undefined : spans.begin(this, producer)
    // Of a trace that is not recorded and has begun elsewhere, the record itself says what is passed on.
    if (span === undefined || (!span.isRecorded && producer !== undefined)) {
      this.span = new PassingMessage(headers)
      return
    }
    this.span = span
    handling.attach(identity, span)
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

  describe(writer: ProtobufWriter, { startedAt }: RecordedSpan): void {
    const { envelope, route } = this.#delivery
    const { typeName = route?.type.fullName ?? '', record } = envelope
    this.#topic.describeRoute(writer, record.partition, typeName, route?.name ?? '')
    writeMessage(writer, envelope, startedAt)
    writeTry(writer, envelope.attempts + this.#tries, this.#outcome)
    if (this.#producer !== undefined) writeLink(writer, this.#producer)
    if (this.#batch !== undefined) writeLink(writer, this.#batch)
  }
}

const noFailures = new Set(['postpone', 'given back'])
