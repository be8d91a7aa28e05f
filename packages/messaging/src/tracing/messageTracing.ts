import type { Endpoint } from '../definition/endpoint.ts'
import type { Delivery } from '../engine/delivery.ts'
import type { EncodeMessage } from '../engine/encodeMessage.ts'
import { retryGroup } from '../naming.ts'
import { plan } from '../operations/plan.ts'
import { uuid7 } from '../uuid7.ts'
import { inSpan } from './active.ts'
import { processTogether } from './batchTracing.ts'
import { beginProcess, type MessageSpans } from './messageSpans.ts'
import type { Tracing, TryTracing } from './port.ts'
import { contextIn } from './recordContext.ts'
import { SentSpans } from './sentSpans.ts'
import type { Spans } from './spans.ts'
import { storeTracing } from './storeTracing.ts'
import { together } from './together.ts'
import { traceContextOf } from './traceContext.ts'

/** Traces an endpoint's messages. */
export function messageTracing(spans: Spans, endpoint: Endpoint, prefix: string): Tracing {
  const messages: MessageSpans = { spans, handling: new WeakMap(), groupOf: groupsOf(endpoint, prefix) }
  const sent = new SentSpans(spans)
  return {
    process: (delivery, tries) => tryTracing(messages, delivery, tries),
    processTogether: (handler, deliveries, run) => processTogether(messages, handler, deliveries, run),
    headersOf: ({ envelope }) => messages.handling.get(envelope.identity)?.headers,
    load: (deliveries, load) => together(spans, 'load', deliveries.flatMap(producerOf), load),
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

const producerOf = ({ envelope }: Delivery) => contextIn(envelope.record.headers) ?? []

const noFailures = new Set(['postpone', 'given back'])

function tryTracing(messages: MessageSpans, delivery: Delivery, tries: number): TryTracing {
  const span = beginProcess(messages, delivery, tries)
  return {
    run: (handle) => inSpan(messages.spans, span, handle),
    end(outcome = 'handled', error) {
      span.set('petrel.outcome', outcome)
      span.end(noFailures.has(outcome) ? undefined : error)
    },
  }
}

function tracedEncoding(encode: EncodeMessage, spans: Spans, sent: SentSpans, prefix: string): EncodeMessage {
  return (message, cause, known) => {
    if (spans.passesOn(cause.trace['traceparent'])) return encode(message, cause, known)
    const id = known ?? uuid7()
    const parent = traceContextOf(cause.trace)
    const span = sent.begin({ topic: prefix + message.type.topic, id, parent })
    const encoded = encode(message, { ...cause, trace: span.headers }, id)
    sent.belongsTo(span, encoded.record)
    return encoded
  }
}
