import type { Columns, Table } from '../../definition/table.ts'
import type { UnitOfWork, SavedSaga } from '../port.ts'
import { type ArrayType, arrayOf } from './arrays.ts'
import type { BinaryWriter } from './binaryWriter.ts'
import { columnArrays, type ColumnTypes, type NextParameter, unnest } from './columns.ts'
import { inboxId } from './inboxId.ts'
import type { OutgoingRecordCodec } from './outgoingRecords.ts'

/** One part of the statement that saves a batch: its SQL, and the values of its parameters in the same order. */
export interface SavePart {
  /** Tells it from any other part with different SQL. */
  readonly shape: string
  readonly sql: (next: NextParameter) => string
  /** What the statement's final `select` reads of it, and so runs first. */
  readonly result?: string
  readonly values: () => unknown[]
}

interface Encoders {
  readonly writer: BinaryWriter
  readonly records: OutgoingRecordCodec
}

/**
 * What of the work has anything to save. PostgreSQL runs the parts that have a result in this order, then the others, so
 * the inbox comes first: of two replicas with the same message the second waits there, and hears that it was handled before
 * it stumbles over the rows that the first has written for it.
 */
export function saveParts(work: UnitOfWork, encoders: Encoders): SavePart[] {
  const begun = work.sagas.filter(({ version }) => version === 0)
  const changed = work.sagas.filter(({ version }) => version > 0)
  return [
    work.handled.length > 0 && inbox(work, encoders),
    changed.length > 0 && changedSagas(changed, encoders),
    begun.length > 0 && begunSagas(begun, encoders),
    work.outgoing.length > 0 && outbox(work, encoders),
    work.scheduled.length > 0 && due(work, encoders),
    work.sent.length > 0 && sent(work, encoders),
    ...Array.from(work.rows, ([table, rows]) => rows.length > 0 && insertedRows(table, rows, encoders)),
  ].filter((part) => part !== false)
}

const inbox = ({ handled }: UnitOfWork, { writer }: Encoders): SavePart => ({
  shape: 'inbox',
  sql: (next) => `inbox as (insert into petrel_inbox (id) select unnest(${next('uuid')}) returning 1)`,
  result: '(select count(*) from inbox)',
  values: () => [arrayOf(writer, 'uuid', handled.map(inboxId))],
})

const sagaColumns = { saga: 'text', id: 'text', state: 'jsonb', completed: 'boolean' } as const
const changedSagaColumns = { ...sagaColumns, version: 'integer' } as const

const changedSagas = (sagas: readonly SavedSaga[], { writer }: Encoders): SavePart => ({
  shape: 'changed',
  sql: (next) => `changed as (
    update petrel_saga as saved set version = saved.version + 1, state = new.state, completed = new.completed
    from ${unnest(changedSagaColumns, next)} as new (${Object.keys(changedSagaColumns).join(', ')})
    where saved.saga = new.saga and saved.id = new.id and saved.version = new.version
    returning 1),
  conflicts as (select ${next()}::bigint - count(*) as sagas from changed)`,
  result: '(select petrel_require_none(sagas) from conflicts)',
  values: () => [...columnArrays(writer, 'petrel_saga', changedSagaColumns, sagas.map(asRow)), sagas.length],
})

const begunSagas = (sagas: readonly SavedSaga[], { writer }: Encoders): SavePart => ({
  shape: 'begun',
  sql: (next) => `begun as (
    insert into petrel_saga (${Object.keys(sagaColumns).join(', ')}, version) select *, 1 from ${unnest(sagaColumns, next)}
    returning 1)`,
  result: '(select count(*) from begun)',
  values: () => columnArrays(writer, 'petrel_saga', sagaColumns, sagas.map(asRow)),
})

const asRow = (saga: SavedSaga): Record<string, unknown> => ({ ...saga })

const outbox = ({ lane, outgoing }: UnitOfWork, { records }: Encoders): SavePart => ({
  shape: 'outbox',
  sql: (next) => `outbox as (insert into petrel_outbox (lane, records) values (${next()}, ${next()}) returning id)`,
  result: '(select id from outbox) as outbox',
  values: () => [lane, records.encode(outgoing)],
})

const dueColumns = { id: 'text', due_at: 'timestamptz', record: 'bytea' } as const

const due = (work: UnitOfWork, { writer, records }: Encoders): SavePart => ({
  shape: 'due',
  sql: (next) => `due as (
    insert into petrel_due (${Object.keys(dueColumns).join(', ')}) select * from ${unnest(dueColumns, next)}
    on conflict (id) do nothing)`,
  values: () => {
    const rows = work.scheduled.map(({ id, dueAt, record }) => ({ id, due_at: dueAt, record: records.encode([record]) }))
    return columnArrays(writer, 'petrel_due', dueColumns, rows)
  },
})

const sent = (work: UnitOfWork, { writer }: Encoders): SavePart => ({
  shape: 'sent',
  sql: (next) => `sent as (delete from petrel_outbox where id = any(${next('bigint')}))`,
  values: () => [arrayOf(writer, 'bigint', work.sent.map(BigInt))],
})

function insertedRows(table: Table, rows: readonly Readonly<Record<string, unknown>>[], { writer }: Encoders): SavePart {
  const { types, ...part } = insertInto(table)
  return { ...part, values: () => columnArrays(writer, table.name, types, rows) }
}

interface InsertInto extends Omit<SavePart, 'values'> {
  readonly types: ColumnTypes
}

const inserts = new WeakMap<Table, InsertInto>()

function insertInto(table: Table): InsertInto {
  const known = inserts.get(table)
  if (known !== undefined) return known
  const types = columnTypes(table.columns)
  const into = `${quoted(table.name)} (${Object.keys(types).map(quoted).join(', ')})`
  const part = quoted(`rows of ${table.name}`.replaceAll('.', ' '))
  const insert: InsertInto = {
    types,
    shape: `${into} ${Object.values(types).join()}`,
    sql: (next) => `${part} as (insert into ${into} select * from ${unnest(types, next)})`,
  }
  inserts.set(table, insert)
  return insert
}

/** Whether a column may be null is the database's to say. */
function columnTypes(columns: Columns): ColumnTypes {
  return Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, type.replace('?', '') as ArrayType]))
}

/** A name as SQL; a dot parts schema and table. */
const quoted = (name: string) =>
  name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
