import type { QueryConfig } from 'pg'
import type { UnitOfWork } from '../port.ts'
import { BinaryWriter } from './binaryWriter.ts'
import type { NextParameter } from './columns.ts'
import { refused } from './failures.ts'
import { OutgoingRecordCodec } from './outgoingRecords.ts'
import type { SavePart } from './savePart.ts'
import { hasOutgoing, saveParts } from './saveParts.ts'

/**
 * Makes the one statement that saves units of work. Its SQL depends on which tables and parts the units have, not on their
 * number or order: an endpoint has a handful of such shapes, and the SQL of each is made once. No statement of the store has a name:
 * behind a pooler the next one has another session, which has not prepared it (docs/decisions/0024).
 */
export class SaveStatements {
  readonly #encoders = { writer: new BinaryWriter(), records: new OutgoingRecordCodec() }
  readonly #byShape = new Map<string, string>()

  /** @returns undefined when there is nothing to save. @throws WriteRefused when a value cannot be written */
  for(units: readonly UnitOfWork[]): QueryConfig | undefined {
    const parts = saveParts(units, this.#encoders)
    if (parts.length === 0) return undefined
    return { text: this.#textOf(parts), values: valuesOf(parts) }
  }

  #textOf(parts: readonly SavePart[]): string {
    const shape = parts.map((part) => part.shape).join('\n')
    const known = this.#byShape.get(shape)
    if (known !== undefined) return known
    const made = statementText(parts)
    this.#byShape.set(shape, made)
    return made
  }
}

/** The row that the statement of {@link SaveStatements} returns. */
export interface SaveResult {
  /** One id for each unit with something outgoing, in the order of the units. */
  readonly outbox?: readonly string[]
}

/** For each unit the id of its outbox row. */
export function outboxIds(units: readonly UnitOfWork[], result: SaveResult | undefined): (string | undefined)[] {
  const ids = result?.outbox?.values()
  return units.map((unit) => (hasOutgoing(unit) ? ids?.next().value : undefined))
}

function valuesOf(parts: readonly SavePart[]): unknown[] {
  try {
    return parts.flatMap((part) => part.values())
  } catch (error) {
    // Nothing has reached PostgreSQL yet: whatever it is, one of the units has caused it.
    throw refused(error)
  }
}

function statementText(parts: readonly SavePart[]): string {
  const next = parameters()
  const sql = parts.map((part, at) => part.sql(next, `part_${at}`))
  const results = parts.flatMap(({ result }) => result ?? [])
  return `with ${sql.join(',\n')}\nselect ${results.join(', ') || '1'}`
}

function parameters(): NextParameter {
  let count = 0
  return (element) => {
    count += 1
    return element === undefined ? `$${count}` : `$${count}::${element}[]`
  }
}
