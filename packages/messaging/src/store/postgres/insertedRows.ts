import type { Table } from '../../definition/table.ts'
import type { UnitOfWork } from '../port.ts'
import { columnArrays, columnNames, columnTypes, type ColumnTypes, quoted, unnest } from './columns.ts'
import type { Encoders, SavePart } from './savePart.ts'

type TableRows = readonly [Table, readonly Readonly<Record<string, unknown>>[]]

/** One insert for each table, in an order that does not depend on the units: that keeps statements few, and deadlocks rare. */
export function insertedRows(units: readonly UnitOfWork[], encoders: Encoders): SavePart[] {
  const tables = units.flatMap((unit) => [...unit.rows]).filter(([, rows]) => rows.length > 0)
  const byShape = Map.groupBy(tables, ([table]) => insertInto(table).shape)
  return [...byShape.keys()].toSorted().flatMap((shape) => rowsOfOneTable(byShape.get(shape) ?? [], encoders))
}

function rowsOfOneTable(tables: readonly TableRows[], { writer }: Encoders): SavePart[] {
  const rows = tables.flatMap(([, each]) => each)
  return tables.slice(0, 1).map(([table]) => {
    const { types, ...part } = insertInto(table)
    return { ...part, values: () => columnArrays(writer, table.name, types, rows) }
  })
}

interface InsertInto extends Omit<SavePart, 'values'> {
  readonly types: ColumnTypes
}

const inserts = new WeakMap<Table, InsertInto>()

function insertInto(table: Table): InsertInto {
  const known = inserts.get(table)
  if (known !== undefined) return known
  const types = columnTypes(table.columns)
  const into = `${quoted(table.name)} (${columnNames(types)})`
  const insert: InsertInto = {
    types,
    shape: `${into} ${Object.values(types).join()}`,
    sql: (next, part) => `${part} as (insert into ${into} ${unnest(types, next)})`,
  }
  inserts.set(table, insert)
  return insert
}
