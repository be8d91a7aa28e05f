/** The PostgreSQL column types that `insert` can write, and their TypeScript types. */
interface ColumnTypes {
  text: string
  uuid: string
  integer: number
  bigint: number
  boolean: boolean
  timestamptz: Date
  jsonb: unknown
}

type ColumnType = keyof ColumnTypes
export type Columns = Readonly<Record<string, ColumnType | `${ColumnType}?`>>

/** A table of the endpoint's own database, with the columns that `insert` writes. */
export interface Table<C extends Columns = Columns> {
  readonly name: string
  readonly columns: C
}

/** One row of a table; a column marked `?` may be null. */
export type Row<C extends Columns> = {
  readonly [K in keyof C]: C[K] extends ColumnType
    ? ColumnTypes[C[K]]
    : C[K] extends `${infer T extends ColumnType}?`
      ? ColumnTypes[T] | null
      : never
}

/** Names a table and the columns that handlers insert: `table('orders', { id: 'text', total_cents: 'bigint' })`. */
export const table = <const C extends Columns>(name: string, columns: C): Table<C> => ({ name, columns })
