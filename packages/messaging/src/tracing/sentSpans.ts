import type { OutgoingRecord } from '../broker/port.ts'
import { ce, headerText } from '../headers.ts'
import type { ScheduledRecord } from '../store/port.ts'
import { attachment } from './attachment.ts'
import { operationAttributes, writeMessageId } from './attributes.ts'
import { encoded, writeAttributes, writeName } from './encodeSpan.ts'
import { madeOnce } from './messageSpans.ts'
import { contextIn, isOfUnrecordedTrace } from './recordContext.ts'
import type { Described, Span } from './span.ts'
import type { Spans } from './spans.ts'
import type { SpanWriter } from './spanWriter.ts'
import type { TraceContext } from './traceContext.ts'

/** A span of a record. Whoever handles the message says the rest of it. */
class SentMessage implements Described {
  readonly #sending: Uint8Array
  readonly #id: string

  constructor(sending: Uint8Array, id: string) {
    this.#sending = sending
    this.#id = id
  }

  describe(writer: SpanWriter): void {
    writer.fields(this.#sending)
    writeMessageId(writer, this.#id)
  }
}

/**
 * Spans of records that are on their way to the broker. One begins when a handler produces a message, so that the record can
 * carry it, and ends when the broker has the record. What is dropped, because its handler failed, leaves no span.
 */
export class SentSpans {
  readonly #spans: Spans
  readonly #underWay = attachment<OutgoingRecord, Span>()
  /** What all spans of records for a topic, with its prefix, have in common. */
  readonly sending: (topic: string) => Uint8Array = madeOnce((topic) =>
    encoded((writer) => {
      writeName(writer, `send ${topic}`, 'producer')
      writeAttributes(writer, operationAttributes('send', topic))
    }),
  )

  constructor(spans: Spans) {
    this.#spans = spans
  }

  /** @param sending of its topic */
  begin(sending: Uint8Array, id: string, parent: TraceContext | undefined): Span {
    return this.#spans.begin(new SentMessage(sending, id), parent)
  }

  belongsTo(span: Span, record: OutgoingRecord): void {
    if (span.isRecorded) this.#underWay.attach(record, span)
  }

  /** The store has them: their time will come. Publishing them is a span of its own, perhaps in another process. */
  scheduled(scheduled: readonly ScheduledRecord[]): void {
    for (const { record } of scheduled) {
      const span = this.#underWay.of(record)
      span?.set('petrel.scheduled', true)
      span?.end()
    }
  }

  async during(records: readonly OutgoingRecord[], publish: () => Promise<void>): Promise<void> {
    const spans = this.#spansOf(records)
    if (spans.length === 0) return publish()
    let error: unknown
    try {
      await publish()
    } catch (thrown) {
      error = thrown
      throw thrown
    } finally {
      const at = this.#spans.now()
      for (const span of spans) span.end(error, at)
      for (const record of records) this.#underWay.detach(record)
    }
  }

  #spansOf(records: readonly OutgoingRecord[]): Span[] {
    const spans: Span[] = []
    for (const record of records) {
      const span = this.#underWay.of(record) ?? this.#further(record)
      if (span !== undefined) spans.push(span)
    }
    return spans
  }

  /** The record was made earlier: it comes from the outbox, was scheduled, failed, or is published again. It keeps its place in the trace. */
  #further({ topic, headers }: OutgoingRecord): Span | undefined {
    if (this.#spans.followsParent && isOfUnrecordedTrace(headers)) return undefined
    const parent = contextIn(headers)
    if (parent === undefined) return undefined
    const span = this.begin(this.sending(topic), headerText(headers, ce.id) ?? '', parent)
    return span.isRecorded ? span : undefined
  }
}
