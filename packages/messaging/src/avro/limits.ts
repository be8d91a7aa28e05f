import avsc, { type Type } from 'avsc'

// A small schema can describe values that need more memory than any process has, and everybody who can write into the
// registry can register one. No real message comes near these limits. A schema beyond them is not compiled.

/** Levels of JSON, because avsc compiles by recursion. A record in a record has three levels. */
const maxDepth = 100
/** Values in the schema's JSON. It is enough for a record with some thousand fields. */
const maxParts = 20_000
/** How many bytes the smallest value of a schema may have: avsc notices only after reading a whole value that the bytes had ended. */
const maxBytes = 100_000
/** By how much a record's number of values without bytes may exceed its number of bytes. */
const maxFree = 16

/** @throws RangeError when the schema's text is nested too deep or too large to compile */
export function refuseHugeText(schema: unknown): void {
  let level: readonly unknown[] = [schema]
  let parts = 1
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) throw new RangeError(`it is nested more than ${maxDepth} levels deep`)
    level = level.flatMap((part) => (typeof part === 'object' && part !== null ? Object.values(part) : []))
    parts += level.length
    if (parts > maxParts) throw new RangeError(`it has more than ${maxParts} parts`)
  }
}

/** The size of a type's smallest value. */
interface Least {
  readonly bytes: number
  /** Values that take no bytes: nulls, and records themselves. */
  readonly free: number
}

/**
 * Refuses records that hold very many values in few bytes: thirty records, each with two fields of the next one, can be a
 * billion values in no bytes at all.
 * @throws RangeError
 */
export function refuseBoundless(records: Iterable<avsc.types.RecordType>): void {
  const known = new Map<Type, Least | undefined>()
  for (const record of records) {
    const { bytes, free } = leastOf(record, known)
    if (bytes > maxBytes) throw new RangeError(`a ${record.name} takes more than ${maxBytes} bytes whatever it holds`)
    if (free > bytes + maxFree) throw new RangeError(`a ${record.name} holds ${free} values in ${bytes} bytes`)
  }
}

/** @param known has undefined for a record that is not finished: a record that contains itself has no smallest value */
function leastOf(type: Type, known: Map<Type, Least | undefined>): Least {
  if (type instanceof avsc.types.LogicalType) return leastOf(type.underlyingType, known)
  if (type instanceof avsc.types.RecordType) return leastOfRecord(type, known)
  if (avsc.Type.isType(type, 'null')) return { bytes: 0, free: 1 }
  if (type instanceof avsc.types.FixedType) return { bytes: type.size, free: 0 }
  return { bytes: widths[type.typeName] ?? 1, free: 0 }
}

const widths: Readonly<Record<string, number>> = { float: 4, double: 8 }

function leastOfRecord(record: avsc.types.RecordType, known: Map<Type, Least | undefined>): Least {
  if (known.has(record)) return known.get(record) ?? { bytes: Number.POSITIVE_INFINITY, free: 1 }
  known.set(record, undefined)
  const fields = record.fields.map((field) => leastOf(field.type, known))
  const least = {
    bytes: fields.reduce((sum, { bytes }) => sum + bytes, 0),
    free: fields.reduce((sum, { free }) => sum + free, 1),
  }
  known.set(record, least)
  return least
}
