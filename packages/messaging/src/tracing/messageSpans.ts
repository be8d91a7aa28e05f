import type { Delivery } from '../engine/delivery.ts'
import type { MessageIdentity } from '../identity.ts'
import type { Attachment } from './attachment.ts'
import { consumerAttributes, messageAttributes } from './attributes.ts'
import { sharedAttributes } from './encodeSpan.ts'
import { contextIn, isOfUnrecordedTrace } from './recordContext.ts'
import { PassingMessage, type Span } from './span.ts'
import type { Spans } from './spans.ts'
import type { TraceContext } from './traceContext.ts'

/** What all spans of one operation on a topic have. */
export interface TopicSpans {
  readonly name: string
  readonly shared: Uint8Array
}

/** The spans of an endpoint's messages, as far as they are under way. */
export interface MessageSpans {
  readonly spans: Spans
  readonly processing: (topic: string) => TopicSpans
  /** The span in which each message is handled, or was handled last. */
  readonly handling: Attachment<MessageIdentity, Span>
}

/** @param groupOf the consumer group that reads a topic */
export const processingOf = (groupOf: (topic: string) => string): MessageSpans['processing'] =>
  madeOnce((topic) => ({ name: `process ${topic}`, shared: sharedAttributes(consumerAttributes(topic, groupOf(topic))) }))

/** An endpoint has some ten topics. */
export function madeOnce(make: (topic: string) => TopicSpans): (topic: string) => TopicSpans {
  const made = new Map<string, TopicSpans>()
  return (topic) => {
    const known = made.get(topic) ?? make(topic)
    made.set(topic, known)
    return known
  }
}

/** Begins the span of a message that is handled: its producer is its parent, and is linked, too. */
export function beginProcess(
  { spans, handling, processing }: MessageSpans,
  delivery: Delivery,
  tries: number,
  batch?: TraceContext,
): Span {
  const { envelope } = delivery
  const { topic, headers } = envelope.record
  if (spans.followsParent && isOfUnrecordedTrace(headers)) return new PassingMessage(headers)
  const parent = contextIn(headers)
  const { name, shared } = processing(topic)
  const span = spans.start(name, {
    kind: 'consumer',
    parent,
    links: linksTo(parent, batch),
    shared,
    attributes: () => messageAttributes(delivery, envelope.attempts + tries),
  })
  // Of a trace that is not recorded and has begun elsewhere, the record itself says what is passed on.
  if (!span.isRecorded && parent !== undefined) return new PassingMessage(headers)
  handling.attach(envelope.identity, span)
  return span
}

function linksTo(producer: TraceContext | undefined, batch: TraceContext | undefined): TraceContext[] {
  if (producer === undefined) return batch === undefined ? [] : [batch]
  return batch === undefined ? [producer] : [producer, batch]
}
