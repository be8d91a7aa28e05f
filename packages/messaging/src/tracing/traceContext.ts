import { attachment } from './attachment.ts'

/** A place in a trace, as W3C trace context has it (https://www.w3.org/TR/trace-context/). */
export interface TraceContext {
  readonly traceId: string
  readonly spanId: string
  /** 1: the trace is recorded. 2: its id is random. */
  readonly flags: number
  readonly tracestate?: string | undefined
}

export type TraceHeaders = Readonly<Record<string, string>>

const lengthOfFirstVersion = 55

/** A look at one character: most messages of a system that records one trace in a hundred need no more. */
export function isSurelyUnrecorded(header: string | Buffer | undefined): boolean {
  if (header?.length !== lengthOfFirstVersion) return false
  const last = typeof header === 'string' ? header.charCodeAt(lengthOfFirstVersion - 1) : header[lengthOfFirstVersion - 1]
  return ((last ?? recorded) & recorded) === 0
}

/** Which trace a header names, for whoever needs no more: a fraction of what {@link traceContextOf} takes. Only its shape is checked. */
export const traceIdOf = (header: string | undefined): string | undefined =>
  header !== undefined && header.length >= lengthOfFirstVersion && header[2] === '-' && header[35] === '-'
    ? header.slice(...placeOfTraceId)
    : undefined

/** Whether {@link traceIdOf} finds something in a header that is there as bytes. */
export const namesTrace = (header: Buffer): boolean =>
  header.length >= lengthOfFirstVersion && header[2] === dash && header[35] === dash

export const placeOfTraceId = [3, 35] as const
const dash = 0x2d

const recorded = 0b01
const knownFlags = 0b11

export const isRecorded = ({ flags }: TraceContext): boolean => (flags & recorded) !== 0

const contexts = attachment<TraceHeaders, TraceContext>()

/** @returns undefined when there is no valid `traceparent`: whoever sent it, a trace may begin */
export const traceContextOf = (headers: Readonly<Record<string, string | undefined>>): TraceContext | undefined =>
  contexts.of(headers as TraceHeaders) ?? parsed(headers['traceparent'], headers['tracestate'])

/** `00-<trace id>-<span id>-<flags>`; a later version may go on behind another `-`. By hand, which takes a fifth of a regular expression. */
function parsed(header: string | undefined, tracestate: string | undefined): TraceContext | undefined {
  if (header === undefined || header.length < lengthOfFirstVersion || header.startsWith('ff')) return undefined
  if (header.length > lengthOfFirstVersion && header[lengthOfFirstVersion] !== '-') return undefined
  for (const [from, to] of parts) {
    if (!isHex(header, from, to) || (to < lengthOfFirstVersion && header[to] !== '-')) return undefined
  }
  const traceId = header.slice(3, 35)
  const spanId = header.slice(36, 52)
  if (traceId === noTrace || spanId === noSpan) return undefined
  return { traceId, spanId, flags: Number.parseInt(header.slice(53, 55), 16) & knownFlags, tracestate }
}

/** Where version, trace, span and flags are. */
const parts = [
  [0, 2],
  [3, 35],
  [36, 52],
  [53, 55],
] as const
const noTrace = '0'.repeat(32)
const noSpan = '0'.repeat(16)

function isHex(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at)
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false
  }
  return true
}

export function traceHeaders({ traceId, spanId, flags, tracestate }: TraceContext): TraceHeaders {
  const header = `00-${traceId}-${spanId}-0${flags}`
  return tracestate === undefined ? { traceparent: header } : { traceparent: header, tracestate }
}

/** The same headers, which {@link traceContextOf} need not read. */
export function keptHeaders(context: TraceContext): TraceHeaders {
  const headers = traceHeaders(context)
  contexts.attach(headers, context)
  return headers
}
