import type { Type } from 'avsc'
import type { AvroSchema, MessageDescriptor } from '../definition/message.ts'
import type { Registry } from '../registry/port.ts'
import { compile } from '../avro/compile.ts'
import { isUnion } from '../avro/unions.ts'
import { InvalidMessage, Undecodable } from './errors.ts'
import { validationError } from './validationError.ts'
import { readBody, type Reading, readingOf } from './reading.ts'
import { schemaIdOf, schemaIds, wireWriter } from './wire.ts'
import { type WriterSchema, writerSchemas } from './writerSchemas.ts'

/** Turns messages into the values of Kafka records and back. */
export interface AvroCodec {
  /**
   * @param schemaId under which the type's schema is registered
   * @returns a part of a larger buffer, which is never written again
   * @throws InvalidMessage when the data does not fit the schema: which field, and why
   */
  readonly encode: (type: MessageDescriptor, schemaId: number, data: object) => Buffer
  /** Fetches the schemas that `decode` needs for these values. @throws RegistryUnavailable */
  prepare(values: readonly (Buffer | null)[]): Promise<void>
  /**
   * Reads a prepared value as the reader's version of its type.
   * @throws UnknownSchema when the registry did not know the schema's id
   * @throws Undecodable when another try would not help. Its message tells what is wrong and what a person can do.
   */
  decode(value: Buffer | null, reader: MessageDescriptor): object
  /** Reads a value as its writer wrote it, for people and tools. @throws Undecodable, UnknownSchema, RegistryUnavailable */
  decodeAny(value: Buffer | null): Promise<WrittenMessage>
  /**
   * Asks for the schemas of all these values at once, so that they wait together for a registry that does not answer.
   * @returns what reads one of them, and throws what `decodeAny` rejects with
   */
  readerOf(values: readonly (Buffer | null)[]): Promise<(value: Buffer | null) => WrittenMessage>
  /**
   * Reads a value as another schema of the registry has it, for people and tools: with the defaults of fields that its writer did
   * not know. @throws Undecodable, UnknownSchema, RegistryUnavailable
   */
  decodeAs(value: Buffer | null, schemaId: number): Promise<object>
  /** Writes data with a schema of the registry, for people and tools. @throws InvalidMessage, UnknownSchema, RegistryUnavailable */
  encodeAny(schemaId: number, data: object): Promise<Buffer>
}

/** What a record holds, whatever it is. */
export interface WrittenMessage {
  readonly fullName: string
  readonly data: object
  /** The writer's, as it is in the registry: with every attribute, those that only Petrel knows included. */
  readonly schema: AvroSchema
}

export interface AvroCodecOptions {
  readonly registry: Pick<Registry, 'schemaOf'>
  /** For how many milliseconds the registry is not asked again for an id that it does not know. Less than any delayed retry. */
  readonly unknownForMs?: number
}

/** An Avro codec. It compiles each schema once, and asks the registry once for each id. */
export function avroCodec({ registry, unknownForMs = 1_000 }: AvroCodecOptions): AvroCodec {
  const writers = writerSchemas(registry, unknownForMs)
  const types = new Map<MessageDescriptor, Type>()
  const readings = new Map<MessageDescriptor, Map<WriterSchema, Reading>>()
  const write = wireWriter()

  const typeOf = (type: MessageDescriptor) => remembered(types, type, () => compile(type.schema))

  return {
    encode(type, schemaId, data) {
      const avro = typeOf(type)
      if (!avro.isValid(data, { noUndeclaredFields: true })) throw validationError(type, avro, data)
      requireKey(type, data)
      return write(schemaId, avro, data)
    },

    async prepare(values) {
      await writers.fetch(schemaIds(values))
    },

    decode(value, reader) {
      const writer = writers.get(schemaIdOf(value))
      const ofReader = remembered(readings, reader, () => new Map<WriterSchema, Reading>())
      const reading = remembered(ofReader, writer, () => readingOf(writer, typeOf(reader)))
      if ('problem' in reading) throw new Undecodable(reading.problem)
      return readBody(value as Buffer, reading.type, reading.resolver)
    },

    async decodeAny(value) {
      await writers.fetch(schemaIds([value]))
      return written(value, writers.get(schemaIdOf(value)))
    },

    async readerOf(values) {
      const failed = new Map<number, Error>()
      const fetch = (id: number) => writers.fetch([id]).catch((error: Error) => void failed.set(id, error))
      await Promise.all([...new Set(schemaIds(values))].map(fetch))
      return (value) => {
        const id = schemaIdOf(value)
        const failure = failed.get(id)
        if (failure !== undefined) throw failure
        return written(value, writers.get(id))
      }
    },

    async decodeAs(value, schemaId) {
      await writers.fetch([schemaId, ...schemaIds([value])])
      const reading = readingOf(writers.get(schemaIdOf(value)), writers.get(schemaId).type)
      if ('problem' in reading) throw new Undecodable(reading.problem)
      return readBody(value as Buffer, reading.type, reading.resolver)
    },

    async encodeAny(schemaId, data) {
      await writers.fetch([schemaId])
      const { type } = writers.get(schemaId)
      if (isValid(type, data)) return write(schemaId, type, data)
      throw validationError({ fullName: type.name ?? '' }, type, data)
    },
  }
}

/** @throws InvalidMessage when a value may be of two branches of a union: others' schemas have such */
function isValid(type: Type, data: object): boolean {
  try {
    return type.isValid(data, { noUndeclaredFields: true })
  } catch (error) {
    throw new InvalidMessage(`${type.name}: ${(error as Error).message}`, { cause: error })
  }
}

/** @throws Undecodable */
const written = (value: Buffer | null, { type, schema }: WriterSchema): WrittenMessage => ({
  ...messageIn(type, readBody(value as Buffer, type, undefined)),
  schema,
})

/** @param data of a choice of records it says itself which one it is, unless there is only one */
function messageIn(type: Type, data: object | null): Pick<WrittenMessage, 'fullName' | 'data'> {
  if (data === null) throw new Undecodable('The value holds nothing: its writer has chosen null.')
  if (!isUnion(type)) return { fullName: type.name ?? '', data }
  if (type.typeName === 'union:unwrapped')
    return { fullName: type.types.find(({ typeName }) => typeName === 'record')?.name ?? '', data }
  const [[fullName, chosen] = ['', data]] = Object.entries(data) as [string, object][]
  return { fullName, data: chosen }
}

function requireKey({ fullName, key }: MessageDescriptor, data: object): void {
  const value = (data as Record<string, unknown>)[key]
  if (typeof value !== 'string' || value === '')
    throw new InvalidMessage(`${fullName}.${key}: is empty, but it is the record's key: it decides the order of messages`)
}

/** The value of a key, which is made when it is first used. */
function remembered<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const value = known.get(key) ?? make()
  if (!known.has(key)) known.set(key, value)
  return value
}
