import type { RecordHeaders } from '../broker/port.ts'
import { ce, headerText } from '../headers.ts'
import { type TraceContext, traceContextOf, type TraceHeaders } from './traceContext.ts'

/** The trace of a record as headers, valid or not. */
export function traceHeadersIn(headers: RecordHeaders): TraceHeaders {
  const traceparent = headerText(headers, ce.traceparent)
  const tracestate = headerText(headers, ce.tracestate)
  return { ...(traceparent !== undefined && { traceparent }), ...(tracestate !== undefined && { tracestate }) }
}

/** The place in a trace from which a record was sent; undefined when it says none that is valid. */
export const contextIn = (headers: RecordHeaders): TraceContext | undefined =>
  traceContextOf({ traceparent: headerText(headers, ce.traceparent), tracestate: headerText(headers, ce.tracestate) })

/** The trace that a record belongs to, for logs and for people. */
export const traceIdIn = (headers: RecordHeaders): string | undefined => contextIn(headers)?.traceId
