import { WriteRefused } from '../port.ts'
import { type ArrayType, arrayOf } from './arrays.ts'
import type { BinaryWriter } from './binaryWriter.ts'

/** Names and element types of the columns that one part of a statement writes. */
export type ColumnTypes = Readonly<Record<string, ArrayType>>

/** The next parameter: an array of the given element type, or whatever its place in the SQL says. */
export type NextParameter = (element?: ArrayType) => string

/** `unnest($1::text[], $2::bigint[])`: rows from one array for each column. */
export function unnest(columns: ColumnTypes, next: NextParameter): string {
  return `unnest(${Object.values(columns).map(next).join(', ')})`
}

/** The arrays for {@link unnest}. @throws WriteRefused when a value does not fit its column */
export function columnArrays(
  writer: BinaryWriter,
  place: string,
  columns: ColumnTypes,
  rows: readonly Readonly<Record<string, unknown>>[],
): Buffer[] {
  return Object.entries(columns).map(([column, type]) => {
    const values = rows.map((row) => row[column])
    try {
      return arrayOf(writer, type, values)
    } catch (error) {
      throw new WriteRefused(`${place}.${column}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  })
}
