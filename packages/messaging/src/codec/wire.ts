import type { Type } from 'avsc'
import { Undecodable } from './errors.ts'

/** Byte 0 and the schema id as 32 bits, big endian, come before the Avro body (the wire format of Confluent's serializers). */
export const headerBytes = 5

const slabBytes = 256 * 1024

/** The schema id in front of a value. @throws Undecodable when there is none */
export function schemaIdOf(value: Buffer | null): number {
  if (hasSchemaId(value)) return value.readInt32BE(1)
  throw new Undecodable(`${describe(value)} Find out who writes into this topic.`)
}

/** The schema ids of those values that have one. */
export function* schemaIds(values: readonly (Buffer | null)[]): Generator<number> {
  for (const value of values) if (hasSchemaId(value)) yield value.readInt32BE(1)
}

/** Ids are never negative. With a negative one the value is not Avro, and the registry is not asked. */
const hasSchemaId = (value: Buffer | null): value is Buffer =>
  value !== null && value.length >= headerBytes && value[0] === 0 && value.readInt32BE(1) >= 0

function describe(value: Buffer | null): string {
  if (value === null) return 'The record has no value.'
  const beginning = value.subarray(0, 8).toString('hex') || 'nothing'
  return `The value is not Avro with a schema id: it has ${value.length} bytes, beginning with ${beginning}.`
}

/**
 * Writes values one after the other into large buffers, and returns parts of them: with a buffer for each message encoding
 * takes nearly twice the time.
 */
export function wireWriter(): (schemaId: number, type: Type, data: object) => Buffer {
  let slab: Buffer = Buffer.alloc(0)
  let start = 0

  const renew = (bytes: number) => {
    slab = Buffer.allocUnsafeSlow(bytes)
    start = 0
  }
  return (schemaId, type, data) => {
    if (slab.length - start < headerBytes) renew(slabBytes)
    let end = type.encode(data, slab, start + headerBytes)
    if (end < 0) {
      // avsc answers with the number of bytes missing, as a negative number.
      renew(Math.max(slabBytes, slab.length - start - end))
      end = type.encode(data, slab, headerBytes)
    }
    slab[start] = 0
    slab.writeInt32BE(schemaId, start + 1)
    const value = slab.subarray(start, end)
    start = end
    return value
  }
}
