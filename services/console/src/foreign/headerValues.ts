import type { BrokerRecord } from '@petrel/messaging/operations'

type Headers = BrokerRecord['headers']

/** Bytes of a header's values, in their order. It never throws, whatever a record has there. */
export function valuesOf(headers: Headers, name: string): Buffer[] {
  const found: unknown = Object.hasOwn(headers, name) ? headers[name] : undefined
  return [found].flat().flatMap((value) => (typeof value === 'string' || Buffer.isBuffer(value) ? [Buffer.from(value)] : []))
}

/** The first value as text; undefined when there is none, or an empty one. */
export function firstText(headers: Headers, name: string): string | undefined {
  const only: unknown = Object.hasOwn(headers, name) ? headers[name] : undefined
  // Mostly it is, and no bytes are made of it.
  return (typeof only === 'string' ? only.toWellFormed() : valuesOf(headers, name)[0]?.toString()) || undefined
}

/** The last value as text: of a header that is appended with each failing, the newest. */
export const lastText = (headers: Headers, name: string): string | undefined =>
  valuesOf(headers, name).at(-1)?.toString() || undefined

/** The first value as Java's ByteBuffer writes an int (4 bytes) or a long (8), big-endian; undefined when it is none, or negative. */
export function firstBinary(headers: Headers, name: string): bigint | undefined {
  return atLeastZero(binary(valuesOf(headers, name)[0]))
}

/** The same of the last value. */
export function lastBinary(headers: Headers, name: string): bigint | undefined {
  return atLeastZero(binary(valuesOf(headers, name).at(-1)))
}

/** The first value as decimal digits, not more than a long has. */
export function firstDecimal(headers: Headers, name: string): bigint | undefined {
  const text = firstText(headers, name)
  return text !== undefined && /^\d{1,19}$/.test(text) ? BigInt(text) : undefined
}

function binary(value: Buffer | undefined): bigint | undefined {
  if (value?.length === 4) return BigInt(value.readInt32BE())
  return value?.length === 8 ? value.readBigInt64BE() : undefined
}

const atLeastZero = (number: bigint | undefined) => (number !== undefined && number >= 0n ? number : undefined)
