import avro from 'avsc'
import { AvroWriter } from '../../avro/avroWriter.ts'
import type { OutgoingRecord, RecordHeaders } from '../../broker/port.ts'
import type { BinaryWriter } from './binaryWriter.ts'

type HeaderValue = Buffer | string | readonly (Buffer | string)[]

/** Records of a unit have few topics and few sets of header names: each is written once, and records refer to it. */
interface PackedRecords {
  readonly topics: readonly string[]
  readonly headerNames: readonly (readonly string[])[]
  readonly records: readonly PackedRecord[]
}

interface PackedRecord {
  readonly topic: number
  readonly partition: number | null
  readonly key: Buffer | string | null
  readonly value: Buffer | null
  readonly names: number
  readonly headers: readonly HeaderValue[]
}

const textOrBytes = ['string', 'bytes']

const packedRecords = avro.Type.forSchema({
  type: 'record',
  name: 'PackedRecords',
  fields: [
    { name: 'topics', type: { type: 'array', items: 'string' } },
    { name: 'headerNames', type: { type: 'array', items: { type: 'array', items: 'string' } } },
    {
      name: 'records',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'PackedRecord',
          fields: [
            { name: 'topic', type: 'int' },
            { name: 'partition', type: ['null', 'int'] },
            { name: 'key', type: ['null', 'string', 'bytes'] },
            { name: 'value', type: ['null', 'bytes'] },
            { name: 'names', type: 'int' },
            { name: 'headers', type: { type: 'array', items: [...textOrBytes, { type: 'array', items: textOrBytes }] } },
          ],
        },
      },
    },
  ],
})

/** The first byte, so that a later version of the library recognises the rows of an earlier one. */
const format = 1

/** Turns records into bytes and back; keeps one buffer for all it encodes. */
export class OutgoingRecordCodec {
  readonly #avro = new AvroWriter()

  encode(records: readonly OutgoingRecord[]): Buffer {
    this.#write(records)
    return this.#avro.take()
  }

  /** Without a copy in between: the size in bytes, then the bytes. */
  writeTo(writer: BinaryWriter, records: readonly OutgoingRecord[]): void {
    this.#write(records)
    const bytes = this.#avro.written()
    writer.int32(bytes.length).bytes(bytes)
  }

  /** What `packedRecords` reads. By hand: avsc would want an object for each record, and calls a function for each length that it writes. */
  #write(records: readonly OutgoingRecord[]): void {
    const avro = this.#avro
    const topics = new Numbering<string>((topic) => topic)
    const headerNames = new Numbering<readonly string[]>(JSON.stringify, sameNames)
    const namesOf = records.map(({ headers }) => presentNames(headers))
    const topicNumbers = records.map(({ topic }) => topics.of(topic))
    const namesNumbers = namesOf.map((names) => headerNames.of(names))
    avro.beginWith(format)
    avro.array(topics.values, (topic) => avro.text(topic))
    avro.array(headerNames.values, (names) => avro.array(names, (name) => avro.text(name)))
    avro.array(records, ({ key, value, headers, partition }, at) => {
      avro.long(topicNumbers[at] ?? 0)
      avro.optionalLong(partition)
      if (key === null) avro.branch(0)
      else this.#textOrBytes(key, 1)
      if (value === null) avro.branch(0)
      else this.#bytes(value, 1)
      avro.long(namesNumbers[at] ?? 0)
      avro.array(namesOf[at] ?? [], (name) => this.#header(headers[name] as HeaderValue))
    })
  }

  #header(value: HeaderValue): void {
    if (!Array.isArray(value)) return this.#textOrBytes(value as Buffer | string, 0)
    this.#avro.branch(2)
    this.#avro.array(withoutNulls(value), (one) => this.#textOrBytes(one, 0))
  }

  /** Of a union that has them one after the other. @param first which of its types the text is */
  #textOrBytes(content: Buffer | string, first: number): void {
    if (typeof content !== 'string') return this.#bytes(content, first + 1)
    this.#avro.branch(first)
    this.#avro.text(content)
  }

  #bytes(content: Buffer, branch: number): void {
    if (!(content instanceof Uint8Array)) throw new TypeError(`${typeof content} is neither text nor bytes`)
    this.#avro.branch(branch)
    this.#avro.content(content)
  }

  /** @throws Error when a newer version of the library wrote the bytes. */
  decode(bytes: Buffer): OutgoingRecord[] {
    if (bytes[0] !== format)
      throw new Error(`Outgoing records of format ${bytes[0]}; this version of Petrel reads ${format}. Run the newer version.`)
    const { topics, headerNames, records } = packedRecords.fromBuffer(bytes.subarray(1)) as PackedRecords
    return records.map((record) => unpack(record, topics[record.topic] ?? '', headerNames[record.names] ?? []))
  }
}

/** Gives each different value a number, counting from 0. The value before is compared first, since it is mostly the same. */
class Numbering<T> {
  readonly values: T[] = []
  readonly #numbers = new Map<string, number>()
  readonly #keyOf: (value: T) => string
  readonly #same: (one: T, other: T) => boolean
  #last: { readonly value: T; readonly number: number } | undefined

  constructor(keyOf: (value: T) => string, same: (one: T, other: T) => boolean = (one, other) => one === other) {
    this.#keyOf = keyOf
    this.#same = same
  }

  of(value: T): number {
    if (this.#last === undefined || !this.#same(this.#last.value, value)) this.#last = { value, number: this.#find(value) }
    return this.#last.number
  }

  #find(value: T): number {
    const key = this.#keyOf(value)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.values.length)
    return this.values.push(value) - 1
  }
}

const sameNames = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((name, at) => name === other[at])

/** Names with a value. Foreign records have null values, and what copies their headers may hand them on. */
function presentNames(headers: RecordHeaders): string[] {
  const names = Object.keys(headers)
  return names.some((name) => isAbsent(headers[name])) ? names.filter((name) => !isAbsent(headers[name])) : names
}

const withoutNulls = (values: readonly (Buffer | string)[]) =>
  values.some(isAbsent) ? values.filter((each) => !isAbsent(each)) : values

const isAbsent = (value: unknown) => value === null || value === undefined

function unpack({ key, value, partition, headers }: PackedRecord, topic: string, names: readonly string[]): OutgoingRecord {
  const named: RecordHeaders = Object.fromEntries(names.map((name, at) => [name, headers[at]]))
  const record = { topic, key, value, headers: named }
  return partition === null ? record : { ...record, partition }
}
