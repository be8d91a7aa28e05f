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

/** A record within a batch (https://kafka.apache.org/documentation/#record), in one buffer of the right size. */
export function encodeRecord({ offsetDelta = 0, timestampDelta = 0, key, value, headers = {} }: RecordToEncode): EncodedRecord {
  const pairs = headerPairs(headers)
  const body = bodySize(timestampDelta, offsetDelta, key, value, pairs)
  const buffer = Buffer.allocUnsafe(varintSize(body) + body)
  let at = writeVarint(buffer, 0, body)
  buffer[at++] = 0
  at = writeVarint(buffer, at, timestampDelta)
  at = writeVarint(buffer, at, offsetDelta)
  at = writeContent(buffer, at, key)
  at = writeContent(buffer, at, value)
  at = writeVarint(buffer, at, pairs.length)
  for (const [name, content] of pairs) at = writeContent(buffer, writeContent(buffer, at, name), content)
  return { buf: buffer, buffer }
}

function headerPairs(headers: IHeaders): (readonly [string, Content])[] {
  const pairs: (readonly [string, Content])[] = []
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (Array.isArray(value)) for (const one of value) pairs.push([name, one])
    else pairs.push([name, value])
  }
  return pairs
}

function bodySize(
  timestampDelta: number,
  offsetDelta: number,
  key: Content,
  value: Content,
  pairs: (readonly [string, Content])[],
): number {
  let size =
    1 + varintSize(timestampDelta) + varintSize(offsetDelta) + contentSize(key) + contentSize(value) + varintSize(pairs.length)
  for (const [name, content] of pairs) size += contentSize(name) + contentSize(content)
  return size
}

function contentSize(content: Content): number {
  if (content === null || content === undefined) return 1
  const size = Buffer.byteLength(content)
  return varintSize(size) + size
}

/** Length, then bytes; a length of -1 for none. */
function writeContent(buffer: Buffer, at: number, content: Content): number {
  if (content === null || content === undefined) return writeVarint(buffer, at, -1)
  if (typeof content === 'string') {
    const start = writeVarint(buffer, at, Buffer.byteLength(content))
    return start + buffer.write(content, start)
  }
  const start = writeVarint(buffer, at, content.length)
  buffer.set(content, start)
  return start + content.length
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
