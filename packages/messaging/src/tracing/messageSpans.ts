import type { Delivery } from '../engine/delivery.ts'
import { ce, headerText } from '../headers.ts'
import type { MessageIdentity } from '../identity.ts'
import { processAttributes } from './attributes.ts'
import { PassingMessage, type Span } from './span.ts'
import type { Spans } from './spans.ts'
import { type TraceContext, traceContextOf } from './traceContext.ts'

/** The spans of an endpoint's messages, as far as they are under way. */
export interface MessageSpans {
  readonly spans: Spans
  /** The consumer group that reads a topic. */
  readonly groupOf: (topic: string) => string
  /** The span in which each message is handled, or was handled last. */
  readonly handling: WeakMap<MessageIdentity, Span>
}

/** Begins the span of a message that is handled: its producer is its parent, and is linked, too. */
export function beginProcess(
  { spans, handling, groupOf }: MessageSpans,
  delivery: Delivery,
  tries: number,
  batch?: TraceContext,
): Span {
  const { envelope } = delivery
  const { topic, headers } = envelope.record
  const traceparent = headerText(headers, ce.traceparent)
  if (spans.passesOn(traceparent)) return new PassingMessage(headers)
  const parent = traceContextOf({ traceparent, tracestate: headerText(headers, ce.tracestate) })
  const span = spans.start(`process ${topic}`, {
    kind: 'consumer',
    parent,
    links: [parent, batch].filter((link) => link !== undefined),
    attributes: () => processAttributes(delivery, groupOf(topic), envelope.attempts + tries),
  })
  // Of a trace that is not recorded and has begun elsewhere, the record itself says what is passed on.
  if (span.isRecorded || parent === undefined) handling.set(envelope.identity, span)
  return span
}
