import type { Endpoint } from '../definition/endpoint.ts'
import type { EncodeMessage } from '../engine/encodeMessage.ts'
import { retryGroup } from '../naming.ts'
import { plan } from '../operations/plan.ts'
import { uuid7 } from '../uuid7.ts'
import { Outside } from './active.ts'
import { attachment } from './attachment.ts'
import { processTogether } from './batchTracing.ts'
import { beginTry, madeOnce, type MessageSpans, processingOf } from './messageSpans.ts'
import type { Tracing } from './port.ts'
import { recordedProducers } from './recordContext.ts'
import { SentSpans } from './sentSpans.ts'
import type { Spans } from './spans.ts'
import { storeTracing } from './storeTracing.ts'
import { together } from './together.ts'
import { isSurelyUnrecorded, traceContextOf, traceHeaders } from './traceContext.ts'

/** Traces an endpoint's messages. */
export function messageTracing(spans: Spans, endpoint: Endpoint, prefix: string): Tracing {
  const messages: MessageSpans = {
    spans,
    outside: new Outside(),
    handling: attachment(),
    processing: processingOf(groupsOf(endpoint, prefix)),
  }
  const sent = new SentSpans(spans)
  return {
    process: (delivery, tries) => beginTry(messages, delivery, tries),
    processTogether: (handler, deliveries, run) => processTogether(messages, handler, deliveries, run),
    headersOf: ({ envelope }) => messages.handling.of(envelope.identity)?.headers,
    load: (deliveries, load) => together(spans, 'load', recordedProducers(deliveries), load),
    encoding: (encode) => tracedEncoding(encode, spans, sent, prefix),
    publishing: (broker) => ({ ...broker, publish: (records) => sent.during(records, () => broker.publish(records)) }),
    storing: (store) => storeTracing(store, messages, sent),
  }
}

function groupsOf(endpoint: Endpoint, prefix: string): (topic: string) => string {
  const groups = new Map(plan(endpoint, prefix).groups.flatMap(({ group, topics }) => topics.map((topic) => [topic, group])))
  // A topic that is not in the plan: of a delay that the endpoint no longer has.
  return (topic) => groups.get(topic) ?? prefix + retryGroup(endpoint.name)
}

function tracedEncoding(encode: EncodeMessage, spans: Spans, sent: SentSpans, prefix: string): EncodeMessage {
  const sending = madeOnce((topic) => sent.sending(prefix + topic))
  return (message, cause, known) => {
    if (spans.followsParent && isSurelyUnrecorded(cause.trace['traceparent'])) return encode(message, cause, known)
    const id = known ?? uuid7()
    const span = sent.begin(sending(message.type.topic), id, traceContextOf(cause.trace))
    const encoded = encode(message, { ...cause, trace: traceHeaders(span.context) }, id)
    sent.belongsTo(span, encoded.record)
    return encoded
  }
}
