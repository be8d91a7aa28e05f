import { type ArrayType, arrayOf, BinaryWriter, GrowingArray } from '@petrel/messaging/operations'

/** A column that is written from a field of each row: its name, its type in SQL, and its value. */
export type Column<Row> = readonly [name: string, type: string, value: (row: Row) => unknown]

/** One statement, whatever the number of rows. */
export interface Insert {
  readonly text: string
  readonly values: Buffer[]
}

/**
 * An array for each column, in PostgreSQL's binary form: it costs the least on both sides. Of a type that has none here the value is a text as
 * PostgreSQL reads it. @throws TypeError when a value is not of its column's type
 */
export function insertOf<Row>(table: string, columns: readonly Column<Row>[], rows: readonly Row[]): Insert {
  const writer = new BinaryWriter()
  const names = columns.map(([name]) => name).join(', ')
  const values = columns.map(([, type], index) => {
    const element = elementOf(type)
    return `unnest($${index + 1}::${element}[])${element === type ? '' : `::${type}`}`
  })
  return {
    // In a `from`, unnest would copy all rows first.
    text: `insert into ${table} (${names}) select ${values.join(', ')}`,
    values: columns.map(([, type, valueOf]) => arrayOf(writer, elementOf(type), rows.map(valueOf))),
  }
}

/** Takes the rows of one statement one after the other: nobody has to keep them until it is made. */
export interface InsertWriter<Row> {
  /** @throws TypeError when a value is not of its column's type */
  add(row: Row): void
  /** @returns undefined when there is no row; it is taken once */
  take(): Insert | undefined
}

/**
 * The same as {@link insertOf}, in which a value that all rows have stands once, and so does an array that several columns have:
 * those with the same function. The statement's text differs with what is the same. No two rows may be the same.
 */
export function insertWriter<Row>(table: string, columns: readonly Column<Row>[]): InsertWriter<Row> {
  const functions = [...new Set(columns.map(([, , valueOf]) => valueOf))]
  const parameters = functions.map((valueOf) =>
    columnValues(elementOf(columns.find((column) => column[2] === valueOf)?.[1] ?? '')),
  )
  let isEmpty = true
  return {
    add(row) {
      isEmpty = false
      for (let index = 0; index < functions.length; index += 1) parameters[index]?.add(functions[index]?.(row))
    },
    take() {
      if (isEmpty) return undefined
      const selected = columns.map(([, type, valueOf]) => {
        const index = functions.indexOf(valueOf)
        const element = elementOf(type)
        const array = `$${index + 1}::${element}[]`
        const value = parameters[index]?.differ() === true ? `unnest(${array})` : `(${array})[1]`
        return element === type ? value : `${value}::${type}`
      })
      const writer = new BinaryWriter()
      return {
        text: `insert into ${table} (${columns.map(([name]) => name).join(', ')}) select ${selected.join(', ')}`,
        values: parameters.map((values) => values.take(writer)),
      }
    },
  }
}

/** Values of one column: as long as all are the same, one. */
function columnValues(type: ArrayType) {
  let [first, count]: [unknown, number] = [undefined, 0]
  let all: GrowingArray | undefined
  return {
    add(value: unknown): void {
      if (all === undefined && count > 0 && value !== first) {
        all = new GrowingArray(type)
        for (let row = 0; row < count; row += 1) all.add(first)
      }
      all?.add(value)
      if (count === 0) first = value
      count += 1
    },
    differ: () => all !== undefined,
    take: (writer: BinaryWriter): Buffer => all?.take() ?? arrayOf(writer, type, [first]),
  }
}

/** A parameter for `any($1)` and `unnest($1)`, in the same form. */
export const arrayParameter = (type: ArrayType, values: readonly unknown[]): Buffer => arrayOf(new BinaryWriter(), type, values)

const written: readonly ArrayType[] = ['text', 'uuid', 'integer', 'bigint', 'boolean', 'timestamptz', 'json', 'bytea', 'tsvector']
const elementOf = (type: string): ArrayType => written.find((each) => each === type) ?? 'text'

/** PostgreSQL's text has neither NUL nor half a surrogate pair. */
export const plainText = (text: string): string =>
  text.isWellFormed() && !text.includes('\0') ? text : text.toWellFormed().replaceAll('\0', '\uFFFD')

/** PostgreSQL's own form of an array of texts. */
export const textArray = (texts: readonly string[]): string =>
  `{${texts.map((text) => `"${plainText(text).replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`

const earliest = Date.parse('0001-01-01T00:00:00Z')
const latest = Date.parse('9999-12-31T23:59:59.999Z')

/** A time that PostgreSQL reads: foreign records may claim any. @param ms since the epoch */
export const plainTime = (ms: number): Date => new Date(Number.isNaN(ms) ? 0 : Math.min(latest, Math.max(earliest, ms)))

export const plainInteger = (value: number): number => Math.min(2_147_483_647, Math.max(0, Math.trunc(value)))
