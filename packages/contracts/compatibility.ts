import { incompatibilities } from '@petrel/messaging/compatibility'
import { type AvroNode, type AvroType, isNode, places, type SchemaFile } from './avro.ts'
import type { Finding } from './findings.ts'

/** A contract as it was at some time before. */
export interface PastSchema extends SchemaFile {
  /** The revision that brought this version. */
  readonly revision: string
}

/**
 * Compares contracts with all their past versions: each must be able to read what the other wrote (FULL_TRANSITIVE).
 * @returns a finding for each version that is not compatible, and for each contract that is gone
 */
export function compare(now: readonly SchemaFile[], past: readonly PastSchema[]): Finding[] {
  const current = new Map(now.map(({ file, schema }) => [file, schema]))
  const gone = new Set(past.map(({ file }) => file).filter((file) => !current.has(file)))
  return [
    ...[...gone].map((file) => ({ file, path: '', message: 'was removed; somebody may still send it or wait for it' })),
    ...past.flatMap(({ file, schema, revision }) => {
      const successor = current.get(file)
      if (successor === undefined) return []
      return changes(successor, schema).map(({ path, message }) => ({
        file,
        path,
        message: `${message} (compared with ${revision})`,
      }))
    }),
  ]
}

type Change = Omit<Finding, 'file'>

function changes(newer: AvroNode, older: AvroNode): Change[] {
  return [
    ...incompatibilities(newer as never, older as never).map((message) => ({ path: '', message })),
    ...changedAttributes(newer, older),
    ...changedMeanings(newer, older),
  ]
}

/** Another key puts a message into another partition, behind or before others of its kind; another kind has other receivers. */
function changedAttributes(newer: AvroNode, older: AvroNode): Change[] {
  return (['key', 'kind'] as const)
    .filter((attribute) => newer[attribute] !== older[attribute])
    .map((attribute) => ({ path: '', message: `its ${attribute} was "${older[attribute]}" and is now "${newer[attribute]}"` }))
}

/** Avro resolves by the underlying type: seconds read as milliseconds would pass without a word. */
function changedMeanings(newer: AvroNode, older: AvroNode): Change[] {
  const before = meanings(older)
  return [...meanings(newer)].flatMap(([path, meaning]) => {
    const was = before.get(path)
    if (was === undefined || was === meaning) return []
    return [{ path, message: `its logical type was ${was} and is now ${meaning}` }]
  })
}

function meanings(schema: AvroType): Map<string, string> {
  const found = new Map<string, string>()
  for (const { path, type } of places(schema)) {
    const meaning = isNode(type) ? type.logicalType : undefined
    const key = path.join('.')
    if (key !== '' && (meaning !== undefined || !found.has(key))) found.set(key, meaning ?? 'none')
  }
  return found
}
