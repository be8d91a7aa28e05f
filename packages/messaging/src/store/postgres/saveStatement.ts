import { createHash } from 'node:crypto'
import type { QueryConfig } from 'pg'
import type { UnitOfWork } from '../port.ts'
import { BinaryWriter } from './binaryWriter.ts'
import type { NextParameter } from './columns.ts'
import { OutgoingRecordCodec } from './outgoingRecords.ts'
import { type SavePart, saveParts } from './saveParts.ts'

/** Makes the one statement that saves a batch. An endpoint's batches come in a handful of shapes: the SQL of each is made once. */
export class SaveStatements {
  readonly #encoders = { writer: new BinaryWriter(), records: new OutgoingRecordCodec() }
  readonly #byShape = new Map<string, PreparedStatement>()

  /** @returns undefined when there is nothing to save. @throws WriteRefused when a value does not fit its column */
  for(work: UnitOfWork): QueryConfig | undefined {
    const parts = saveParts(work, this.#encoders)
    if (parts.length === 0) return undefined
    return { ...this.#prepared(parts), values: parts.flatMap((part) => part.values()) }
  }

  #prepared(parts: readonly SavePart[]): PreparedStatement {
    const shape = parts.map((part) => part.shape).join('\n')
    const known = this.#byShape.get(shape)
    if (known !== undefined) return known
    const made = statement(statementText(parts))
    this.#byShape.set(shape, made)
    return made
  }
}

function statementText(parts: readonly SavePart[]): string {
  const next = parameters()
  const sql = parts.map((part) => part.sql(next))
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

interface PreparedStatement {
  readonly name: string
  readonly text: string
}

/** Named after its text, so that stores which share a pool share what its connections have prepared. */
export function statement(text: string): PreparedStatement {
  return { name: `petrel_${createHash('sha256').update(text).digest('hex').slice(0, 20)}`, text }
}
