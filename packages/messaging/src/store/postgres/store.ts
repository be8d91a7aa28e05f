import type { Pool } from 'pg'
import type { OutboxEntry, SagaKey, SavedSaga, Store } from '../port.ts'
import { arrayOf, isStorableText } from './arrays.ts'
import { BinaryWriter } from './binaryWriter.ts'
import { readCensus, readSagaCounts } from './census.ts'
import { cleanSagas } from './cleanSagas.ts'
import { openPool, runAlone } from './connections.ts'
import { logLostConnections, type PoolLog } from './databasePool.ts'
import { Inbox } from './inbox.ts'
import { OutgoingRecordCodec } from './outgoingRecords.ts'
import { saveFailure } from './saveFailure.ts'
import { outboxIds, type SaveResult, SaveStatements } from './saveStatement.ts'
import { readPositions } from './positions.ts'
import { publishScheduled } from './scheduledRecords.ts'
import { beginTransaction } from './transaction.ts'

type PostgresStoreOptions = { readonly log: PoolLog } & (
  | { readonly pool: Pool }
  /** Opens a pool of its own (`openPool`), and closes it with the store. */
  | { readonly databaseUrl: string }
)

/** A store in the endpoint's own database, beside its tables; `migrate` has made the library's tables there. */
export function postgresStore(options: PostgresStoreOptions): Store {
  const pool = 'pool' in options ? options.pool : openPool(options.databaseUrl, options.log)
  if (pool.listenerCount('error') === 0) logLostConnections(pool, options.log)
  const inbox = new Inbox(pool)
  const saves = new SaveStatements()
  const writer = new BinaryWriter()
  const codec = new OutgoingRecordCodec()

  return {
    handledIds: (messages) => inbox.handled(messages),
    loadSagas: (keys) => loadSagas(pool, writer, keys.filter(canBeSaved)),
    begin: () => beginTransaction(pool, saves),
    async save(units) {
      const save = saves.for(units)
      if (save === undefined) return outboxIds(units, undefined)
      const [result] = await runAlone<SaveResult>(pool, save, (error) => saveFailure(error, units))
      return outboxIds(units, result)
    },
    positions: (group) => readPositions(pool, group),
    async pendingOutbox(lane) {
      if (!isStorableText(lane)) return []
      const rows = await runAlone<{ id: string; records: Buffer }>(pool, { ...selectPending, values: [lane] })
      return rows.map(({ id, records }): OutboxEntry => ({ id, outgoing: codec.decode(records) }))
    },
    async lanesWithOutbox(ms) {
      return (await runAlone<{ lane: string }>(pool, { ...selectLanes, values: [ms] })).map(({ lane }) => lane)
    },
    async deleteOutbox(ids) {
      if (ids.length > 0) await runAlone(pool, { ...deleteSent, values: [ids] })
    },
    publishScheduled: (publish, limit) => publishScheduled(pool, publish, limit),
    deleteHandledBefore: (date) => inbox.deleteBefore(date),
    deleteCompletedBefore: (date) => cleanSagas(pool, date),
    census: () => readCensus(pool),
    sagaCounts: () => readSagaCounts(pool),
    async close() {
      if (!('pool' in options)) await pool.end()
    },
  }
}

/** Each by the index. As a plain join it was planned while the table was small, and read all of it ever after. */
const selectSagas = {
  text: `select found.* from unnest($1::text[], $2::text[]) as wanted (saga, id), lateral (
    select saga, id, version, state, state_version as "stateVersion", completed from petrel_saga as saved
    where saved.saga = wanted.saga and saved.id = wanted.id limit 1
  ) as found`,
}
const selectPending = { text: 'select id, records from petrel_outbox where lane = $1 order by id' }
const selectLanes = {
  text: `select distinct lane from petrel_outbox
  where created_at <= statement_timestamp() - $1 * interval '1 ms' order by lane`,
}
const deleteSent = { text: 'delete from petrel_outbox where id = any($1::bigint[])' }

/** A key that PostgreSQL cannot store is not there: the message that begins such a saga is refused when it is saved. */
const canBeSaved = ({ saga, id }: SagaKey) => isStorableText(saga) && isStorableText(id)

async function loadSagas(pool: Pool, writer: BinaryWriter, keys: readonly SagaKey[]): Promise<SavedSaga[]> {
  if (keys.length === 0) return []
  const sagas = keys.map(({ saga }) => saga)
  const ids = keys.map(({ id }) => id)
  return runAlone<SavedSaga>(pool, { ...selectSagas, values: [arrayOf(writer, 'text', sagas), arrayOf(writer, 'text', ids)] })
}
