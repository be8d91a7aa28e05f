import type { Type } from 'avsc'
import type { Registry } from '../registry/port.ts'
import { compile } from './avro.ts'

/** A schema that somebody wrote with. */
export interface WriterSchema {
  readonly id: number
  /** Undefined when nothing can be read with it; then `problem` says why. */
  readonly type: Type | undefined
  readonly problem: string
}

/** Schemas by their id, asked from the registry once. */
export interface WriterSchemas {
  /** Fetches those that are not at hand; calls for the same id share one question. @throws RegistryUnavailable */
  fetch(ids: Iterable<number>): Promise<void>
  /** @returns undefined when the id was never fetched */
  get(id: number): WriterSchema | undefined
}

export function writerSchemas(registry: Pick<Registry, 'schemaOf'>, unknownForMs: number): WriterSchemas {
  const answers = new Map<number, WriterSchema>()
  const asking = new Map<number, Promise<void>>()
  const askAgainAt = new Map<number, number>()

  async function ask(id: number): Promise<void> {
    try {
      const schema = await registry.schemaOf(id)
      if (schema === undefined) askAgainAt.set(id, Date.now() + unknownForMs)
      else askAgainAt.delete(id)
      answers.set(id, schema === undefined ? unknown(id) : compiled(id, schema))
    } finally {
      asking.delete(id)
    }
  }

  function shared(id: number): Promise<void> {
    const question = asking.get(id) ?? ask(id)
    asking.set(id, question)
    return question
  }

  const isAtHand = (id: number) => answers.has(id) && !(Date.now() >= (askAgainAt.get(id) ?? Number.POSITIVE_INFINITY))
  return {
    async fetch(ids) {
      const missing = new Set<number>()
      for (const id of ids) if (!isAtHand(id)) missing.add(id)
      if (missing.size > 0) await Promise.all([...missing].map(shared))
    },
    get: (id) => answers.get(id),
  }
}

const unknown = (id: number): WriterSchema => ({
  id,
  type: undefined,
  problem: `Schema ${id} is not among the Avro schemas of the registry. Find out with which registry it was written, register it here, then replay the record.`,
})

function compiled(id: number, schema: Parameters<typeof compile>[0]): WriterSchema {
  try {
    const type = compile(schema)
    if (type.typeName === 'record') return { id, type, problem: '' }
    return { id, type: undefined, problem: `Schema ${id} is not a record but ${type.typeName}: it is no message.` }
  } catch (error) {
    return { id, type: undefined, problem: `Schema ${id} cannot be read: ${(error as Error).message}` }
  }
}
