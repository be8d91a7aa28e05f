import { compile } from '../avro/compile.ts'
import type { AvroSchema } from '../definition/message.ts'
import { incompatibilities } from './compatibility.ts'
import { IncompatibleSchema, type Registry } from './port.ts'

/** A registry within the process, for tests: takes and refuses what a real one with FULL_TRANSITIVE does. */
export function memoryRegistry(): Registry {
  /** The schema with id 1 is at index 0. */
  const texts: string[] = []
  const subjects = new Map<string, Set<string>>()

  function refuse(subject: string, schema: AvroSchema): void {
    const reasons = reasonsAgainst(
      schema,
      [...(subjects.get(subject) ?? [])].map((text) => JSON.parse(text) as AvroSchema),
    )
    if (reasons[0] !== undefined) throw new IncompatibleSchema(`The registry refuses the schema for ${subject}: ${reasons[0]}`)
  }

  return {
    async register(subject, schema) {
      const text = JSON.stringify(schema)
      if (!subjects.get(subject)?.has(text)) refuse(subject, schema)
      if (!subjects.get(subject)?.has(text)) subjects.set(subject, (subjects.get(subject) ?? new Set()).add(text))
      if (!texts.includes(text)) texts.push(text)
      return texts.indexOf(text) + 1
    },

    async idOf(subject, schema) {
      const text = JSON.stringify(schema)
      return subjects.get(subject)?.has(text) ? texts.indexOf(text) + 1 : undefined
    },

    async schemaOf(id) {
      const text = texts[id - 1]
      return text === undefined ? undefined : (JSON.parse(text) as AvroSchema)
    },

    async latestOf(subject) {
      const text = [...(subjects.get(subject) ?? [])].at(-1)
      return text === undefined ? undefined : { id: texts.indexOf(text) + 1, schema: JSON.parse(text) as AvroSchema }
    },

    async remove(subject) {
      return subjects.delete(subject)
    },
  }
}

function reasonsAgainst(schema: AvroSchema, versions: readonly AvroSchema[]): string[] {
  try {
    compile(schema)
  } catch (error) {
    return [`it is not an Avro schema: ${(error as Error).message}`]
  }
  return versions.flatMap((version) => incompatibilities(schema, version))
}
