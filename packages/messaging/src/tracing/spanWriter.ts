import { longestVarint, ProtobufWriter, tags } from './protobuf.ts'
import type { TraceContext } from './traceContext.ts'

// Spans by https://github.com/open-telemetry/opentelemetry-proto/blob/v1.9.0/opentelemetry/proto/trace/v1/trace.proto. What every message
// has is written here byte by byte, after one look whether there is room.

/** Where they are in a span and, but for times and parent, in a link. */
const tag = {
  traceId: tags.sized(1),
  spanId: tags.sized(2),
  parent: tags.sized(4),
  startedAt: tags.fixed64(7),
  endedAt: tags.fixed64(8),
  link: tags.sized(13),
  flagsOfLink: tags.fixed32(6),
  value: tags.sized(2),
  text: tags.sized(1),
  number: tags.varint(3),
}
/** Bytes of ids with their tags and lengths. */
const idsSize = 28
const linkSize = idsSize + 5
const headSize = idsSize + 10 + 18

/** The longest length that one byte holds. */
const shortLength = 0x7f

/** Writes parts of spans. */
export class SpanWriter extends ProtobufWriter {
  /** Ids and times, in milliseconds since the epoch, with fractions. They are written in nanoseconds. */
  head(context: TraceContext, parent: TraceContext | undefined, startedAt: number, endedAt: number): void {
    this.reserve(headSize)
    this.#ids(context)
    if (parent !== undefined) this.#spanId(tag.parent, parent)
    this.#time(tag.startedAt, startedAt)
    this.#time(tag.endedAt, endedAt)
    if (context.tracestate !== undefined) this.text(3, context.tracestate)
  }

  link(context: TraceContext): void {
    if (context.tracestate !== undefined) return this.#longLink(context, context.tracestate)
    this.reserve(2 + linkSize)
    this.bytes[this.next] = tag.link
    this.bytes[this.next + 1] = linkSize
    this.next += 2
    this.#ids(context)
    this.bytes[this.next] = tag.flagsOfLink
    this.view.setUint32(this.next + 1, context.flags, true)
    this.next += 5
  }

  #longLink(context: TraceContext, tracestate: string): void {
    const begun = this.begin(13)
    this.reserve(idsSize)
    this.#ids(context)
    this.text(3, tracestate)
    this.fixed32(6, context.flags)
    this.end(begun)
  }

  #ids(context: TraceContext): void {
    const { view, next } = this
    const { first, second, third, fourth } = context.trace
    this.bytes[next] = tag.traceId
    this.bytes[next + 1] = 16
    view.setInt32(next + 2, first)
    view.setInt32(next + 6, second)
    view.setInt32(next + 10, third)
    view.setInt32(next + 14, fourth)
    this.next = next + 18
    this.#spanId(tag.spanId, context)
  }

  #spanId(tagOfId: number, { upper, lower }: TraceContext): void {
    const { view, next } = this
    this.bytes[next] = tagOfId
    this.bytes[next + 1] = 8
    view.setInt32(next + 2, upper)
    view.setInt32(next + 6, lower)
    this.next = next + 10
  }

  #time(tagOfTime: number, ms: number): void {
    const { view, next } = this
    const seconds = Math.trunc(ms / 1_000)
    const nanos = Math.round((ms - seconds * 1_000) * 1_000_000)
    // seconds × 10⁹ has more bits than a number holds exactly: so its upper and its lower half are multiplied apart.
    const upper = Math.floor(seconds / 0x1_0000) * 1_000_000_000
    const lower = (upper % 0x1_0000) * 0x1_0000 + (seconds % 0x1_0000) * 1_000_000_000 + nanos
    this.bytes[next] = tagOfTime
    view.setUint32(next + 1, lower % 0x1_0000_0000, true)
    view.setUint32(next + 5, Math.floor(upper / 0x1_0000) + Math.floor(lower / 0x1_0000_0000), true)
    this.next = next + 9
  }

  /** A `KeyValue`: most of what a span has. @param value as `SpanAttributes` has it; anything else is written as a text */
  attribute(name: AttributeName, value: unknown): void {
    if (typeof value === 'string' && this.#shortText(name, value)) return
    const isWhole = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    if (isWhole && this.#shortNumber(name, value)) return
    const attribute = this.begin(name.field)
    this.text(1, name.text)
    const any = this.begin(2)
    if (typeof value === 'boolean') this.number(2, Number(value))
    else if (typeof value !== 'number')
      // A program in JavaScript may have anything here. It must not keep a message from being handled.
      this.text(1, String(value))
    else if (isWhole) this.number(3, value)
    else this.double(4, value)
    this.end(any)
    this.end(attribute)
  }

  /** A text in ASCII with lengths of one byte each, as nearly all are. @returns false when it is something else; then nothing is written */
  #shortText({ opening }: AttributeName, value: string): boolean {
    const size = value.length
    const length = opening.length + 1 + size
    if (length > shortLength) return false
    this.reserve(opening.length + 3 + size * 3)
    const { bytes, next } = this
    const at = next + opening.length
    bytes.set(opening, next)
    bytes[next + 1] = length
    bytes[at] = 2 + size
    bytes[at + 1] = tag.text
    bytes[at + 2] = size
    if (!writeAscii(bytes, at + 3, value)) return false
    this.next = at + 3 + size
    return true
  }

  /** The same of a number. */
  #shortNumber({ opening }: AttributeName, value: number): boolean {
    if (opening.length + longestVarint > shortLength) return false
    this.reserve(opening.length + 2 + longestVarint)
    const begun = this.next
    const at = begun + opening.length
    this.bytes.set(opening, begun)
    this.bytes[at + 1] = tag.number
    this.next = at + 2
    this.varint(value)
    this.bytes[at] = this.next - at - 1
    this.bytes[begun + 1] = this.next - begun - 2
    return true
  }
}

/** Texts of fewer characters are written in less time one by one. */
const charactersAtOnce = 16

/** There must be room for three times as many bytes as the text has characters. @returns false when it has others than ASCII's */
function writeAscii(bytes: Buffer, start: number, text: string): boolean {
  const { length } = text
  // Whatever is not in ASCII takes more bytes than characters.
  if (length >= charactersAtOnce) return bytes.write(text, start) === length
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) return false
    bytes[start + index] = code
  }
  return true
}

/** The name of an attribute, encoded. */
export interface AttributeName {
  readonly field: number
  readonly text: string
  /** All that comes before the length of the value. Its second byte is the length of the whole. */
  readonly opening: Uint8Array
}

const names = new Map<string, AttributeName>()
/** Names are in the code. If somebody makes them of something else, they are not kept. */
const mostNames = 1_000
const attributesOfSpan = 9

/** The name of an attribute of a span. */
export function spanAttribute(text: string): AttributeName {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = attributeName(attributesOfSpan, text)
  if (names.size < mostNames) names.set(text, name)
  return name
}

/** @param field below 16: that of the attributes */
export function attributeName(field: number, text: string): AttributeName {
  const writer = new ProtobufWriter(text.length * 3 + 12)
  writer.text(1, text)
  return { field, text, opening: Uint8Array.of(tags.sized(field), 0, ...writer.written(), tag.value) }
}
