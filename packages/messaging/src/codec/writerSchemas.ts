import type { Type } from 'avsc'
import { compileWriter } from '../avro/compile.ts'
import { isUnion } from '../avro/unions.ts'
import { coalescing } from '../coalescing.ts'
import type { AvroSchema } from '../definition/message.ts'
import { NotAvro, type Registry } from '../registry/port.ts'
import { Undecodable, UnknownSchema } from './errors.ts'

/** A schema with which a record was written. */
export interface WriterSchema {
  readonly id: number
  readonly type: Type
  /** From which the type was made; a type has none of the attributes that Avro does not know. */
  readonly schema: AvroSchema
}

/** Schemas by id. The registry is asked once for each. */
export interface WriterSchemas {
  /** Fetches the schemas that are not here yet. Calls for the same id share one request. @throws RegistryUnavailable */
  fetch(ids: Iterable<number>): Promise<void>
  /** @throws Undecodable, UnknownSchema; Error when the id was never fetched */
  get(id: number): WriterSchema
}

/** The registry gets at most this many requests at once: in a topic full of garbage every record may name another id. */
const requestsAtOnce = 8

/** An unknown id is remembered for this much longer than `unknownForMs`, so that a caller of `fetch` still finds the answer. */
const graceMs = 60_000

/** @param unknownForMs how long the registry is not asked again for an id that it does not know */
export function writerSchemas(registry: Pick<Registry, 'schemaOf'>, unknownForMs: number): WriterSchemas {
  const known = new Map<number, WriterSchema | Unreadable>()
  /** When the registry may be asked again for each unknown id; the oldest first. */
  const unknown = new Map<number, number>()
  const asking = new Map<number, Promise<void>>()

  const ask = coalescing<number, void>(async ([id = 0]) => [await remember(id)], { underWay: requestsAtOnce, atMost: 1 })
  async function remember(id: number): Promise<void> {
    const answer = await answerOf(registry, id)
    unknown.delete(id)
    if (answer !== undefined) known.set(id, answer)
    else unknown.set(id, Date.now() + unknownForMs)
    forgetOldest()
  }
  function forgetOldest(): void {
    for (const [id, until] of unknown) {
      if (until + graceMs > Date.now()) return
      unknown.delete(id)
    }
  }
  function askOnce(id: number): Promise<void> {
    const request = asking.get(id) ?? ask(id).finally(() => asking.delete(id))
    asking.set(id, request)
    return request
  }
  const isMissing = (id: number) => !known.has(id) && Date.now() >= (unknown.get(id) ?? 0)
  return {
    async fetch(ids) {
      const missing = new Set<number>()
      for (const id of ids) if (isMissing(id)) missing.add(id)
      if (missing.size > 0) await Promise.all([...missing].map(askOnce))
    },
    get(id) {
      const answer = known.get(id)
      if (answer === undefined && unknown.has(id)) throw new UnknownSchema(unknownText(id))
      if (answer === undefined) throw new Error(`Schema ${id} was not fetched: call prepare() with the value before decode().`)
      if ('problem' in answer) throw new Undecodable(answer.problem)
      return answer
    },
  }
}

const unknownText = (id: number) =>
  `Schema ${id} is not in the registry. Find out with which registry the record was written, register the schema here, then replay the record.`

/** Why nothing can be read with a schema. */
interface Unreadable {
  readonly problem: string
}

/** @returns undefined when the registry does not know the id. @throws RegistryUnavailable */
async function answerOf(registry: Pick<Registry, 'schemaOf'>, id: number): Promise<WriterSchema | Unreadable | undefined> {
  try {
    const schema = await registry.schemaOf(id)
    return schema === undefined ? undefined : compiled(id, schema)
  } catch (error) {
    if (error instanceof NotAvro) return { problem: `Schema ${id} is not Avro: ${beginning(error.message)}` }
    throw error
  }
}

function compiled(id: number, schema: AvroSchema): WriterSchema | Unreadable {
  try {
    const type = compileWriter(schema)
    if (isMessage(type)) return { id, type, schema }
    return { problem: `Schema ${id} is not a record but ${type.typeName}: it is no message.` }
  } catch (error) {
    return { problem: `Schema ${id} cannot be read: ${beginning((error as Error).message)}` }
  }
}

/** A record, or a choice of records: some producers write several messages into one topic so. */
const isMessage = (type: Type): boolean => type.typeName === 'record' || (isUnion(type) && type.types.some(isMessage))

/** The beginning of an avsc error: it may contain the whole schema or value, and it goes into the headers of every dead letter. */
export const beginning = (text: string) => (text.length > 500 ? `${text.slice(0, 500)}…` : text)
