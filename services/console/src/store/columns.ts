/** A column that is written from a field of each row: its name, its type in SQL, and its value. */
export type Column<Row> = readonly [name: string, type: string, value: (row: Row) => unknown]

/** `insert into … select … from unnest(…)`: one statement for all rows, whatever their number. */
export function insertOf<Row>(table: string, columns: readonly Column<Row>[], rows: readonly Row[]) {
  const names = columns.map(([name]) => name).join(', ')
  // Types that unnest would take apart, or that pg does not write as an array, go as text.
  const parameters = columns.map(([, type], index) => `$${index + 1}::${inArray(type)}[]`).join(', ')
  const values = columns.map(([name, type]) => (inArray(type) === type ? name : `${name}::${type}`)).join(', ')
  return {
    text: `insert into ${table} (${names}) select ${values} from unnest(${parameters}) as new (${names})`,
    values: columns.map(([, , value]) => rows.map(value)),
  }
}

const inArray = (type: string): string => (['json', 'jsonb', 'tsvector', 'text[]'].includes(type) ? 'text' : type)

/**
 * The same by one JSON document: for rows with long texts, which Node writes as JSON in half the time, and with a fraction of the
 * garbage. A value of `json` is data and not text.
 */
export function insertAsJson<Row>(table: string, columns: readonly Column<Row>[], rows: readonly Row[]) {
  const names = columns.map(([name]) => name).join(', ')
  const types = columns.map(([name, type]) => `${name} ${type}`).join(', ')
  return {
    text: `insert into ${table} (${names}) select ${names} from json_to_recordset($1) as new (${types})`,
    values: [JSON.stringify(rows.map((row) => objectOf(columns, row)))],
  }
}

function objectOf<Row>(columns: readonly Column<Row>[], row: Row): object {
  const object: Record<string, unknown> = {}
  for (const [name, , valueOf] of columns) {
    const value = valueOf(row)
    object[name] = Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value
  }
  return object
}

/** PostgreSQL's text has neither NUL nor half a surrogate pair. */
export const plainText = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD')

/** PostgreSQL's own form of an array of texts. */
export const textArray = (texts: readonly string[]): string =>
  `{${texts.map((text) => `"${plainText(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`

const earliest = Date.parse('0001-01-01T00:00:00Z')
const latest = Date.parse('9999-12-31T23:59:59.999Z')

/** A time that PostgreSQL reads: foreign records may claim any. @param ms since the epoch */
export const plainTime = (ms: number): string =>
  new Date(Number.isNaN(ms) ? 0 : Math.min(latest, Math.max(earliest, ms))).toISOString()

export const plainInteger = (value: number): number => Math.min(2_147_483_647, Math.max(0, Math.trunc(value)))
