import { MessagesFailed } from '../engine/batchRun.ts'
import type { Delivery } from '../engine/delivery.ts'
import { inSpan } from './active.ts'
import { batchAttributes } from './attributes.ts'
import { writeAttributes } from './encodeSpan.ts'
import { beginTry, type MessageSpans } from './messageSpans.ts'
import type { TryTracing } from './port.ts'
import { recordedProducers } from './recordContext.ts'
import type { Span } from './span.ts'
import type { SpanWriter } from './spanWriter.ts'

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
  const members = deliveries.map((delivery) => beginTry(messages, delivery, delivery.tries + 1, batch?.context))
  try {
    const result = await (batch === undefined ? run() : inSpan(messages.spans, batch, run))
    batch?.end()
    for (const { span } of members) span.end()
    return result
  } catch (error) {
    batch?.end(error)
    for (const [index, delivery] of deliveries.entries()) endFailed(members[index], delivery, error)
    throw error
  }
}

/** Recorded when one of the messages is, whatever the sampler would say of a trace that begins here. */
function beginBatch({ spans, processing }: MessageSpans, handler: string, deliveries: readonly Delivery[]): Span | undefined {
  const recorded = recordedProducers(deliveries)
  const [first] = deliveries
  if (recorded.length === 0 || first === undefined) return undefined
  const topic = processing(first.envelope.record.topic)
  const describe = (writer: SpanWriter) => {
    topic.describe(writer)
    writeAttributes(writer, batchAttributes(handler, deliveries.length))
    for (const producer of recorded) writer.link(producer)
  }
  return spans.begin({ describe }, undefined, 'always')
}

/** Of the messages that have failed each has its own error; what the others did was rolled back with it. */
function endFailed(member: TryTracing | undefined, delivery: Delivery, error: unknown): void {
  const own = error instanceof MessagesFailed ? error.errors.get(delivery) : error
  member?.end(own === undefined ? 'rolled back' : 'failed', own)
}
