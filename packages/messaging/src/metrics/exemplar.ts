import type { Handled } from '../engine/attempt.ts'
import { ce, headerText } from '../headers.ts'

/** W3C trace context: version, trace id, parent id, flags (https://www.w3.org/TR/trace-context/#traceparent-header). */
const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/

/** The trace of a message as labels of an exemplar; none when it has no trace. */
export function traceLabels(handled: Handled | undefined): Record<string, string> {
  if (handled === undefined) return {}
  const [, trace_id] = traceparent.exec(headerText(handled.delivery.envelope.record.headers, ce.traceparent) ?? '') ?? []
  return trace_id === undefined ? {} : { trace_id }
}
