import type { IHeaders, Message } from 'kafkajs'

type Content = Buffer | string | null | undefined

/** What kafkajs hands over for each record, and what it expects back: something with the bytes in it. */
export interface RecordToEncode extends Pick<Message, 'key' | 'value' | 'headers'> {
  readonly offsetDelta?: number
  readonly timestampDelta?: number
}
export interface EncodedRecord {
  readonly buf: Buffer
  readonly buffer: Buffer
}

/** A record whose size is known. */
export interface MeasuredRecord {
  readonly offsetDelta: number
  readonly timestampDelta: number
  /** Key, value, and then the names and values of the headers by turns; what each takes, -1 for none. In bytes, as all sizes. */
  readonly contents: readonly Content[]
  readonly sizes: readonly number[]
  /** Without the length that is written before it, and with it. */
  readonly body: number
  readonly size: number
}

/** A record within a batch (https://kafka.apache.org/documentation/#record), in one buffer of the right size. */
export function encodeRecord(record: RecordToEncode): EncodedRecord {
  const measured = measureRecord(record)
  const buffer = Buffer.allocUnsafe(measured.size)
  writeRecord(buffer, 0, measured)
  return { buf: buffer, buffer }
}

export function measureRecord({ offsetDelta = 0, timestampDelta = 0, key, value, headers }: RecordToEncode): MeasuredRecord {
  const contents = contentsOf(key, value, headers)
  const sizes: number[] = []
  let body = 1 + varintSize(timestampDelta) + varintSize(offsetDelta) + varintSize(headersIn(contents))
  for (const content of contents) {
    const size = content === null || content === undefined ? -1 : Buffer.byteLength(content)
    sizes.push(size)
    body += varintSize(size) + Math.max(0, size)
  }
  return { offsetDelta, timestampDelta, contents, sizes, body, size: varintSize(body) + body }
}

function contentsOf(key: Content, value: Content, headers: IHeaders = {}): Content[] {
  const contents: Content[] = [key, value]
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (Array.isArray(value)) for (const one of value) contents.push(name, one)
    else contents.push(name, value)
  }
  return contents
}

const headersIn = (contents: readonly Content[]) => (contents.length - beforeHeaders) / 2

/** Key and value. */
const beforeHeaders = 2

/** @returns where it ends */
export function writeRecord(buffer: Buffer, start: number, record: MeasuredRecord): number {
  const { contents, sizes } = record
  let at = writeVarint(buffer, start, record.body)
  buffer[at++] = 0
  at = writeVarint(buffer, at, record.timestampDelta)
  at = writeVarint(buffer, at, record.offsetDelta)
  for (let index = 0; index < contents.length; index++) {
    if (index === beforeHeaders) at = writeVarint(buffer, at, headersIn(contents))
    at = writeContent(buffer, at, contents[index], sizes[index] ?? -1)
  }
  return contents.length === beforeHeaders ? writeVarint(buffer, at, 0) : at
}

/** Length, then bytes; a length of -1 for none. */
function writeContent(buffer: Buffer, at: number, content: Content, size: number): number {
  const start = writeVarint(buffer, at, size)
  if (typeof content === 'string') buffer.write(content, start)
  else if (content !== null && content !== undefined) buffer.set(content, start)
  return start + Math.max(0, size)
}

/** Zigzag, seven bits to a byte; for numbers of up to 32 bits, and a delta of timestamps within one batch is. */
function writeVarint(buffer: Buffer, at: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  while (rest > 0x7f) {
    buffer[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  buffer[at++] = rest
  return at
}

function varintSize(value: number): number {
  const bits = 32 - Math.clz32((value << 1) ^ (value >> 31))
  return Math.max(1, Math.ceil(bits / 7))
}
