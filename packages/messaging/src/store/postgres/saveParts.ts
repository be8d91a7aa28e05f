import type { MessageIdentity } from '../../identity.ts'
import type { GroupPosition, SavedSaga, ScheduledRecord, UnitOfWork } from '../port.ts'
import { arrayOf, arrayWith } from './arrays.ts'
import { columnArrays, columnNames, unnest } from './columns.ts'
import { inboxKeys } from './inboxKeys.ts'
import { insertedRows } from './insertedRows.ts'
import type { Encoders, SavePart } from './savePart.ts'

/**
 * One part for each thing that any of the units has to save. PostgreSQL runs the parts with a result in this order, then the
 * others. The inbox comes first: of two replicas with the same message the second waits there, and learns that the message
 * was handled before it meets a row that the first has inserted for it.
 */
export function saveParts(units: readonly UnitOfWork[], encoders: Encoders): SavePart[] {
  const handled = units.flatMap((unit) => unit.handled)
  const sagas = units.flatMap((unit) => unit.sagas)
  const begun = sagas.filter(({ version }) => version === 0)
  const changed = sagas.filter(({ version }) => version !== 0)
  const outgoing = units.filter(hasOutgoing)
  const scheduled = units.flatMap((unit) => unit.scheduled)
  const sent = units.flatMap((unit) => unit.sent)
  const positions = units.flatMap((unit) => unit.positions ?? [])
  return [
    handled.length > 0 && inbox(handled, encoders),
    changed.length > 0 && changedSagas(changed, encoders),
    begun.length > 0 && begunSagas(begun, encoders),
    outgoing.length > 0 && outbox(outgoing, encoders),
    scheduled.length > 0 && scheduledRecords(scheduled, encoders),
    sent.length > 0 && sentOutbox(sent, encoders),
    positions.length > 0 && savedPositions(positions, encoders),
    ...insertedRows(units, encoders),
  ].filter((part) => part !== false)
}

/** Whether the unit gets a row in the outbox. */
export const hasOutgoing = ({ outgoing }: UnitOfWork): boolean => outgoing.length > 0

const inbox = (handled: readonly MessageIdentity[], { writer }: Encoders): SavePart => ({
  shape: 'inbox',
  sql: (next) => `inbox as (insert into petrel_inbox (id) select unnest(${next('uuid')}) returning 1)`,
  result: '(select count(*) from inbox)',
  values: () => [inboxKeys(writer, handled)],
})

const sagaColumns = { saga: 'text', id: 'text', state: 'jsonb', state_version: 'integer', completed: 'boolean' } as const
const changedSagaColumns = { ...sagaColumns, version: 'integer' } as const

const changedSagas = (sagas: readonly SavedSaga[], { writer }: Encoders): SavePart => ({
  shape: 'changed',
  sql: (next) => `changed as (
    update petrel_saga as saved set version = saved.version + 1, state = new.state, state_version = new.state_version,
      completed = new.completed, completed_at = case when new.completed then statement_timestamp() end
    from (${unnest(changedSagaColumns, next)}) as new
    where saved.saga = new.saga and saved.id = new.id and saved.version = new.version
    returning 1),
  conflicts as (select ${next()}::bigint - count(*) as sagas from changed)`,
  result: '(select petrel_require_none(sagas) from conflicts)',
  values: () => [...columnArrays(writer, 'petrel_saga', changedSagaColumns, sagas.map(sagaRow)), sagas.length],
})

const begunSagas = (sagas: readonly SavedSaga[], { writer }: Encoders): SavePart => ({
  shape: 'begun',
  sql: (next) => `begun as (
    insert into petrel_saga (${columnNames(sagaColumns)}, version, completed_at)
    select new.*, 1, case when new.completed then statement_timestamp() end from (${unnest(sagaColumns, next)}) as new
    returning 1)`,
  result: '(select count(*) from begun)',
  values: () => columnArrays(writer, 'petrel_saga', sagaColumns, sagas.map(sagaRow)),
})

const sagaRow = (saga: SavedSaga): Record<string, unknown> => ({ ...saga, state_version: saga.stateVersion })

const asRow = (value: object): Record<string, unknown> => ({ ...value })

const outboxColumns = { lane: 'text', records: 'bytea' } as const

/** PostgreSQL inserts and returns rows in the order of the arrays, which is the order of the units. */
const outbox = (units: readonly UnitOfWork[], { writer, records }: Encoders): SavePart => ({
  shape: 'outbox',
  sql: (next) => `outbox as (
    insert into petrel_outbox (${columnNames(outboxColumns)}) ${unnest(outboxColumns, next)} returning id)`,
  result: 'array(select id from outbox) as outbox',
  values: () => [
    ...columnArrays(writer, 'petrel_outbox', { lane: 'text' }, units.map(asRow)),
    arrayWith(writer, 'bytea', units, (_, { outgoing }) => records.writeTo(writer, outgoing)),
  ],
})

/**
 * Due times are saved as the time that is left, added to the time of PostgreSQL: replicas with different clocks then agree on
 * when a record is due. Not to `now()`, since a transaction may have begun long before it saves.
 */
const scheduledRecords = (scheduled: readonly ScheduledRecord[], { writer, records }: Encoders): SavePart => ({
  shape: 'scheduled',
  sql: (next) => `scheduled as (
    insert into petrel_scheduled (id, due_at, record)
    select unnest(${next('text')}), statement_timestamp() + unnest(${next('bigint')}) * interval '1 ms', unnest(${next('bytea')})
    on conflict (id) do nothing)`,
  values: () => {
    const now = Date.now()
    const rows = scheduled.map(({ id, dueAt }) => ({ id, dueAt: dueAt.getTime() - now }))
    return [
      ...columnArrays(writer, 'petrel_scheduled', { id: 'text', dueAt: 'bigint' }, rows),
      arrayWith(writer, 'bytea', scheduled, (_, { record }) => records.writeTo(writer, [record])),
    ]
  },
})

const sentOutbox = (sent: readonly string[], { writer }: Encoders): SavePart => ({
  shape: 'sent',
  sql: (next) => `sent as (delete from petrel_outbox where id = any(${next('bigint')}))`,
  values: () => [arrayOf(writer, 'bigint', sent.map(BigInt))],
})

const positionColumns = {
  consumer_group: 'text',
  topic: 'text',
  topic_id: 'text',
  partition: 'integer',
  next_offset: 'bigint',
} as const

/** In one order, so that two replicas whose lanes have just changed places do not wait for each other in a circle. */
const savedPositions = (positions: readonly GroupPosition[], { writer }: Encoders): SavePart => ({
  shape: 'positions',
  sql: (next) => `positions as (
    insert into petrel_position as saved (${columnNames(positionColumns)}, saved_at)
    ${unnest(positionColumns, next)}, statement_timestamp()
    on conflict (consumer_group, topic, partition) do update set
      next_offset = case when saved.topic_id = excluded.topic_id
        then greatest(saved.next_offset, excluded.next_offset) else excluded.next_offset end,
      topic_id = excluded.topic_id, saved_at = excluded.saved_at)`,
  values: () => columnArrays(writer, 'petrel_position', positionColumns, positions.toSorted(byPartition).map(positionRow)),
})

const positionRow = ({ group, topic, topicId, partition, offset }: GroupPosition) => ({
  consumer_group: group,
  topic,
  topic_id: topicId,
  partition,
  next_offset: offset,
})

const nameOf = ({ group, topic, partition }: GroupPosition) => `${group}/${topic}/${partition}`

const byPartition = (one: GroupPosition, other: GroupPosition) => (nameOf(one) < nameOf(other) ? -1 : 1)
