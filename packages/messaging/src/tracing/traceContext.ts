/** A place in a trace, as W3C trace context has it (https://www.w3.org/TR/trace-context/). */
export interface TraceContext {
  readonly traceId: string
  readonly spanId: string
  /** 1: the trace is recorded. 2: its id is random. */
  readonly flags: number
  readonly tracestate?: string | undefined
}

export type TraceHeaders = Readonly<Record<string, string>>

const traceparent = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-|$)/
const lengthOfFirstVersion = 55

/** A look at one character: most messages of a system that records one trace in a hundred need no more. */
export const isSurelyUnrecorded = (header: string | undefined): boolean =>
  header?.length === lengthOfFirstVersion && (header.charCodeAt(lengthOfFirstVersion - 1) & recorded) === 0

/** Which trace a header names, for whoever needs no more: a fraction of what {@link traceContextOf} takes. Only its shape is checked. */
export const traceIdOf = (header: string | undefined): string | undefined =>
  header !== undefined && header.length >= lengthOfFirstVersion && header[2] === '-' && header[35] === '-'
    ? header.slice(3, 35)
    : undefined

const recorded = 0b01
const knownFlags = 0b11

export const isRecorded = ({ flags }: TraceContext): boolean => (flags & recorded) !== 0

/** @returns undefined when there is no valid `traceparent`: whoever sent it, a trace may begin */
export function traceContextOf(headers: Readonly<Record<string, string | undefined>>): TraceContext | undefined {
  const [, traceId, spanId, flags] = traceparent.exec(headers['traceparent'] ?? '') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  return { traceId, spanId, flags: Number.parseInt(flags, 16) & knownFlags, tracestate: headers['tracestate'] }
}

export function traceHeaders({ traceId, spanId, flags, tracestate }: TraceContext): TraceHeaders {
  const header = `00-${traceId}-${spanId}-0${flags}`
  return tracestate === undefined ? { traceparent: header } : { traceparent: header, tracestate }
}
