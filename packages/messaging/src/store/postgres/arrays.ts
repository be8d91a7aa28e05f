import { inspect } from 'node:util'
import { BinaryWriter } from './binaryWriter.ts'

/** Writes one element, size first; throws a TypeError that says what the value is not. */
type WriteElement = (writer: BinaryWriter, value: unknown) => void

interface ElementType {
  /** The type's fixed number in `pg_type`. */
  readonly oid: number
  readonly write: WriteElement
}

const elementTypes = {
  text: { oid: 25, write: writeText },
  uuid: { oid: 2950, write: writeUuid },
  integer: { oid: 23, write: writeInteger },
  bigint: { oid: 20, write: writeBigint },
  boolean: { oid: 16, write: writeBoolean },
  timestamptz: { oid: 1184, write: writeTimestamp },
  json: { oid: 114, write: writeJson },
  jsonb: { oid: 3802, write: writeJsonb },
  bytea: { oid: 17, write: writeBytes },
  tsvector: { oid: 3614, write: writeWords },
} satisfies Record<string, ElementType>

export type ArrayType = keyof typeof elementTypes

/**
 * One array parameter in PostgreSQL's binary form (`array_send` in its source: dimensions, has-nulls, element type, size, lower
 * bound, then the elements). pg would write a text literal and PostgreSQL would parse it: that costs twice the Node CPU,
 * and JSON with json_to_recordset costs PostgreSQL half as much again (docs/decisions/0004).
 * @throws TypeError when a value is not of the type
 */
export function arrayOf(writer: BinaryWriter, type: ArrayType, values: readonly unknown[]): Buffer {
  const { write } = elementTypes[type]
  return arrayWith(writer, type, values, (_, value) => {
    if (value === null || value === undefined) writer.int32(-1)
    else write(writer, value)
  })
}

/** An array parameter whose elements come one after the other, so that nobody has to keep them. It is taken once. */
export class GrowingArray {
  readonly #writer = new BinaryWriter(1_024)
  readonly #type: ElementType
  #count = 0

  constructor(type: ArrayType) {
    this.#type = elementTypes[type]
    this.#writer.int32(1).int32(1).int32(this.#type.oid).int32(0).int32(1)
  }

  /** @throws TypeError when the value is not of the type; then the array is of no use */
  add(value: unknown): void {
    this.#count += 1
    if (value === null || value === undefined) this.#writer.int32(-1)
    else this.#type.write(this.#writer, value)
  }

  take(): Buffer {
    if (this.#count === 0) return new BinaryWriter(16).int32(0).int32(0).int32(this.#type.oid).take()
    const array = this.#writer.end()
    array.writeInt32BE(this.#count, 12)
    return array
  }
}

/** The same for items that are written with a function of their own; it writes the size in bytes, then the bytes. */
export function arrayWith<T>(
  writer: BinaryWriter,
  type: ArrayType,
  items: readonly T[],
  write: (writer: BinaryWriter, item: T) => void,
): Buffer {
  const { oid } = elementTypes[type]
  if (items.length === 0) return writer.int32(0).int32(0).int32(oid).take()
  writer.int32(1).int32(1).int32(oid).int32(items.length).int32(1)
  try {
    for (const item of items) write(writer, item)
    return writer.take()
  } catch (error) {
    writer.clear()
    throw error
  }
}

/** One element of an array of UUIDs without nulls, in hexadecimal. */
export function uuidAt(array: Buffer, index: number): string {
  const start = 20 + index * 20 + 4
  return array.toString('hex', start, start + 16)
}

function writeText(writer: BinaryWriter, value: unknown): void {
  if (typeof value !== 'string') throw notA('a text', value)
  if (!isStorableText(value))
    throw notA('a text that PostgreSQL can store (it has a NUL character or half a surrogate pair)', value)
  writer.sizedText(value)
}

function writeUuid(writer: BinaryWriter, value: unknown): void {
  if (typeof value !== 'string' || !writer.int32(16).uuid(value)) throw notA('a UUID', value)
}

function writeInteger(writer: BinaryWriter, value: unknown): void {
  if (typeof value !== 'number' || (value | 0) !== value) throw notA('a 32-bit integer', value)
  writer.int32(4).int32(value)
}

function writeBigint(writer: BinaryWriter, value: unknown): void {
  const fits = typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value)
  if (!fits) throw notA('an integer that JavaScript or 64 bits can hold exactly', value)
  writer.int32(8).int64(value as number | bigint)
}

function writeBoolean(writer: BinaryWriter, value: unknown): void {
  if (typeof value !== 'boolean') throw notA('a boolean', value)
  writer.int32(1).byte(value ? 1 : 0)
}

/** PostgreSQL has no NUL in text. UTF-8 has no half surrogate pairs: different texts would be stored as the same one. */
export const isStorableText = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

const postgresEpoch = Date.UTC(2000, 0, 1)

/** Microseconds since 2000, exact in a double only for some 285 years around it. */
function writeTimestamp(writer: BinaryWriter, value: unknown): void {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw notA('a valid Date', value)
  const millis = value.getTime() - postgresEpoch
  writer.int32(8).int64(Number.isSafeInteger(millis * 1_000) ? millis * 1_000 : BigInt(millis) * 1_000n)
}

const jsonbVersion = 1

function writeJsonb(writer: BinaryWriter, value: unknown): void {
  writer.sizedText(jsonOf(value), jsonbVersion)
}

function writeJson(writer: BinaryWriter, value: unknown): void {
  writer.sizedText(jsonOf(value))
}

function jsonOf(value: unknown): string {
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) throw notA('a JSON value', value)
  return text
}

/**
 * Words without positions (`tsvector_recv` in PostgreSQL's source): their number, then each as a C string and, in two bytes, that it has no
 * position.
 */
function writeWords(writer: BinaryWriter, value: unknown): void {
  if (!(value instanceof Set)) throw notA('a set of words', value)
  const words = value as ReadonlySet<unknown>
  writer.sized(() => {
    writer.int32(words.size)
    for (const word of words) {
      if (typeof word !== 'string') throw notA('a set of words', value)
      if (!writer.ascii(word)) {
        if (!isStorableText(word)) throw notA('a set of words that PostgreSQL can store', value)
        writer.text(word)
      }
      writer.byte(0).byte(0).byte(0)
    }
  })
}

function writeBytes(writer: BinaryWriter, value: unknown): void {
  if (!(value instanceof Uint8Array)) throw notA('a Buffer', value)
  writer.int32(value.length).bytes(value)
}

function notA(type: string, value: unknown): TypeError {
  return new TypeError(`${inspect(value, { depth: 0, maxStringLength: 60 })} is not ${type}`)
}
