import { MessagesFailed } from '../engine/batchRun.ts'
import type { Delivery } from '../engine/delivery.ts'
import { inSpan } from './active.ts'
import { batchAttributes } from './attributes.ts'
import { beginProcess, type MessageSpans } from './messageSpans.ts'
import { contextIn } from './recordContext.ts'
import type { Span } from './span.ts'
import { isRecorded, type TraceContext } from './traceContext.ts'

/**
 * Traces a run of a batch handler. Queries and commit are in a span for all messages, which is a trace of its own: it has many
 * parents, and OpenTelemetry knows one. It is linked with each message. And each message has a span in its own trace, so that
 * the trace of one order has every service in it.
 */
export async function processTogether<T>(
  messages: MessageSpans,
  handler: string,
  deliveries: readonly Delivery[],
  run: () => Promise<T>,
): Promise<T> {
  const batch = beginBatch(messages, handler, deliveries)
  const members = deliveries.map(
    (delivery) => [delivery, beginProcess(messages, delivery, delivery.tries + 1, batch?.context)] as const,
  )
  try {
    const result = await (batch === undefined ? run() : inSpan(messages.spans, batch, run))
    batch?.end()
    for (const [, span] of members) span.end()
    return result
  } catch (error) {
    batch?.end(error)
    for (const [delivery, span] of members) endFailed(span, delivery, error)
    throw error
  }
}

/** Recorded when one of the messages is, whatever the sampler would say of a trace that begins here. */
function beginBatch({ spans, groupOf }: MessageSpans, handler: string, deliveries: readonly Delivery[]): Span | undefined {
  const recorded = deliveries.flatMap(recordedProducer)
  const [first] = deliveries
  if (recorded.length === 0 || first === undefined) return undefined
  const { topic } = first.envelope.record
  return spans.start(`process ${topic}`, {
    kind: 'consumer',
    decides: 'always',
    links: recorded,
    attributes: batchAttributes(topic, groupOf(topic), handler, deliveries.length),
  })
}

function recordedProducer({ envelope }: Delivery): TraceContext | [] {
  const producer = contextIn(envelope.record.headers)
  return producer !== undefined && isRecorded(producer) ? producer : []
}

/** Of the messages that have failed each has its own error; what the others did was rolled back with it. */
function endFailed(span: Span, delivery: Delivery, error: unknown): void {
  const own = error instanceof MessagesFailed ? error.errors.get(delivery) : error
  span.set('petrel.outcome', own === undefined ? 'rolled back' : 'failed')
  span.end(own)
}
