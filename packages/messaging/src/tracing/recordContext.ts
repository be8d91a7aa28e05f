import type { RecordHeaders } from '../broker/port.ts'
import type { Delivery } from '../engine/delivery.ts'
import { ce, headerText } from '../headers.ts'
import {
  isRecorded,
  isSurelyUnrecorded,
  parseTraceparent,
  type TraceContext,
  traceContextOf,
  type TraceHeaders,
} from './traceContext.ts'

/** The trace of a record as headers, valid or not. */
export function traceHeadersIn(headers: RecordHeaders): TraceHeaders {
  const traceparent = headerText(headers, ce.traceparent)
  const tracestate = headerText(headers, ce.tracestate)
  return { ...(traceparent !== undefined && { traceparent }), ...(tracestate !== undefined && { tracestate }) }
}

/** The place in a trace from which a record was sent; undefined when it says none that is valid. */
export function contextIn(headers: RecordHeaders): TraceContext | undefined {
  const header = headers[ce.traceparent]
  const tracestate = headerText(headers, ce.tracestate)
  return Buffer.isBuffer(header)
    ? parseTraceparent(header, tracestate)
    : traceContextOf({ traceparent: headerText(headers, ce.traceparent), tracestate })
}

/** Whether the trace of a record is surely not recorded. Most messages are of such a trace, and their header is not read. */
export function isOfUnrecordedTrace(headers: RecordHeaders): boolean {
  const header = headers[ce.traceparent]
  return (typeof header === 'string' || Buffer.isBuffer(header)) && isSurelyUnrecorded(header)
}

/** Where the messages were sent whose traces are recorded. */
export function recordedProducers(deliveries: readonly Delivery[]): TraceContext[] {
  const producers: TraceContext[] = []
  for (const { envelope } of deliveries) {
    const { headers } = envelope.record
    const producer = isOfUnrecordedTrace(headers) ? undefined : contextIn(headers)
    if (producer !== undefined && isRecorded(producer)) producers.push(producer)
  }
  return producers
}

/** The trace that a record belongs to, for logs and for people. */
export const traceIdIn = (headers: RecordHeaders): string | undefined => contextIn(headers)?.traceId
