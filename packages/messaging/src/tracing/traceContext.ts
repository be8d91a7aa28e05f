/** A place in a trace, as W3C trace context has it (https://www.w3.org/TR/trace-context/). */
export class TraceContext {
  readonly trace: TraceId
  /** The span's id: eight bytes, as two whole numbers of 32 bits. */
  readonly upper: number
  readonly lower: number
  /** 1: the trace is recorded. 2: its id is random. */
  readonly flags: number
  readonly tracestate: string | undefined

  constructor(trace: TraceId, upper: number, lower: number, flags: number, tracestate?: string) {
    this.trace = trace
    this.upper = upper
    this.lower = lower
    this.flags = flags
    this.tracestate = tracestate
  }

  get traceId(): string {
    return this.trace.text
  }

  get spanId(): string {
    return hexOf(this.upper) + hexOf(this.lower)
  }
}

/** Sixteen bytes, as four whole numbers of 32 bits: they are read, copied and encoded in a fraction of what their text takes. */
export class TraceId {
  readonly first: number
  readonly second: number
  readonly third: number
  readonly fourth: number

  constructor(first: number, second: number, third: number, fourth: number) {
    this.first = first
    this.second = second
    this.third = third
    this.fourth = fourth
  }

  /** In hexadecimal. */
  get text(): string {
    return hexOf(this.first) + hexOf(this.second) + hexOf(this.third) + hexOf(this.fourth)
  }
}

const hexOf = (number: number) => (number >>> 0).toString(16).padStart(8, '0')

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

/** @returns undefined when there is no valid `traceparent`: whoever sent it, a trace may begin */
export function traceContextOf(headers: Readonly<Record<string, string | undefined>>): TraceContext | undefined {
  const known = KeptHeaders.contextOf(headers)
  if (known !== undefined) return known
  const { traceparent, tracestate } = headers
  return traceparent === undefined ? undefined : parseTraceparent(Buffer.from(traceparent), tracestate)
}

/** `00-<trace id>-<span id>-<flags>`; a later version may go on behind another `-`. @returns undefined when it is something else */
export function parseTraceparent(header: Buffer, tracestate: string | undefined): TraceContext | undefined {
  if (header.length < lengthOfFirstVersion || (header[0] === f && header[1] === f)) return undefined
  if (header.length > lengthOfFirstVersion && header[lengthOfFirstVersion] !== dash) return undefined
  if (header[2] !== dash || header[35] !== dash || header[52] !== dash) return undefined
  if (!(isHex(header, 0, 2) && isHex(header, 3, 35) && isHex(header, 36, 52) && isHex(header, 53, 55))) return undefined
  const trace = new TraceId(number(header, 3), number(header, 11), number(header, 19), number(header, 27))
  const [upper, lower] = [number(header, 36), number(header, 44)]
  if ((trace.first | trace.second | trace.third | trace.fourth) === 0 || (upper | lower) === 0) return undefined
  return new TraceContext(trace, upper, lower, digit(header, 54) & knownFlags, tracestate)
}

const f = 0x66
/** -1 in a byte. */
const noDigit = 0xff
const hexDigits = '0123456789abcdef'
/** By the digit's code. */
const digits = Uint8Array.from({ length: 256 }, (_, code) => hexDigits.indexOf(String.fromCharCode(code)))

const digit = (header: Buffer, at: number): number => digits[header[at] ?? 0] ?? noDigit

function isHex(header: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (digit(header, at) === noDigit) return false
  return true
}

/** Eight digits. */
function number(header: Buffer, from: number): number {
  let value = 0
  for (let at = from; at < from + 8; at += 1) value = (value << 4) | digit(header, at)
  return value
}

/** What is written before it is a text: one buffer for all. */
const text = Buffer.from(`00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`)
const codes = Buffer.from(hexDigits)

/** The trace whose id is there: a message and what it leads to have one. */
let written: TraceId | undefined

function traceparentOf({ trace, upper, lower, flags }: TraceContext): string {
  if (trace !== written) writeTrace(trace)
  writeHex(36, upper)
  writeHex(44, lower)
  text[54] = codes[flags] ?? 0
  return text.toString('latin1')
}

function writeTrace(trace: TraceId): void {
  writeHex(3, trace.first)
  writeHex(11, trace.second)
  writeHex(19, trace.third)
  writeHex(27, trace.fourth)
  written = trace
}

function writeHex(from: number, value: number): void {
  let rest = value
  for (let at = from + 7; at >= from; at -= 1) {
    text[at] = codes[rest & 0xf] ?? 0
    rest >>>= 4
  }
}

/** Headers for whoever is called, of which {@link traceContextOf} knows the place. Copies of them it reads. */
class KeptHeaders {
  readonly traceparent: string
  declare readonly tracestate?: string
  readonly #context: TraceContext

  constructor(context: TraceContext) {
    this.traceparent = traceparentOf(context)
    if (context.tracestate !== undefined) this.tracestate = context.tracestate
    this.#context = context
  }

  static contextOf = (headers: object): TraceContext | undefined => (#context in headers ? headers.#context : undefined)
}

export const traceHeaders = (context: TraceContext): TraceHeaders => new KeptHeaders(context) as object as TraceHeaders
