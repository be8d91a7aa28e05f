import type { Pool, QueryConfig, QueryResultRow } from 'pg'
import {
  AlreadyHandled,
  type UnitOfWork,
  type OutboxEntry,
  type SagaKey,
  type SavedSaga,
  type Store,
  type StoreTransaction,
  WriteRefused,
} from '../port.ts'
import { arrayOf } from './arrays.ts'
import { BinaryWriter } from './binaryWriter.ts'
import { logLostConnections, openPool, runAlone, type StoreLog } from './connections.ts'
import { publishScheduled } from './scheduledRecords.ts'
import { failureOf, type SaveFailure } from './failures.ts'
import { inboxId } from './inboxId.ts'
import { OutgoingRecordCodec } from './outgoingRecords.ts'
import { SaveStatements, statement } from './saveStatement.ts'
import { PostgresTransaction } from './transaction.ts'

type PostgresStoreOptions = { readonly log: StoreLog } & (
  | { readonly pool: Pool }
  /** Opens a pool of its own (`openPool`), and closes it with the store. */
  | { readonly databaseUrl: string }
)

export interface PostgresStore extends Store {
  /**
   * Takes messages out of the inbox that were handled before `date`: a copy that comes later would be handled again.
   * @returns how many
   */
  deleteHandledBefore(date: Date): Promise<number>
}

/** A store in the endpoint's own database, beside its tables; `migrate` has made the library's tables there. */
export function postgresStore(options: PostgresStoreOptions): PostgresStore {
  const pool = 'pool' in options ? options.pool : openPool(options.databaseUrl, options.log)
  if (pool.listenerCount('error') === 0) logLostConnections(pool, options.log)
  const saves = new SaveStatements()
  const writer = new BinaryWriter()
  const codec = new OutgoingRecordCodec()

  return {
    handledIds: (ids) => handledIds(pool, writer, ids),
    loadSagas: (keys) => loadSagas(pool, writer, keys),
    transaction: () => new PostgresTransaction(pool),
    async save(work, transaction) {
      const ours = postgresTransaction(transaction)
      try {
        const [row] = await runLast<{ outbox?: string }>(pool, ours, () => saves.for(work))
        return row?.outbox
      } catch (error) {
        await ours.rollback()
        throw meantOf(failureOf(error), work)
      }
    },
    async pendingOutbox(lane) {
      const rows = await runAlone<{ id: string; records: Buffer }>(pool, { ...selectPending, values: [lane] })
      return rows.map(({ id, records }): OutboxEntry => ({ id, outgoing: codec.decode(records) }))
    },
    async deleteOutbox(outboxIds) {
      if (outboxIds.length > 0) await runAlone(pool, { ...deleteSent, values: [outboxIds] })
    },
    publishScheduled: (publish, limit) => publishScheduled(pool, publish, limit),
    deleteHandledBefore: (date) => deleteHandledBefore(pool, date),
    async close() {
      if (!('pool' in options)) await pool.end()
    },
  }
}

const selectHandled = statement('select id from petrel_inbox where id = any($1::uuid[])')
const selectSagas = statement(`select saga, id, version, state, completed
  from unnest($1::text[], $2::text[]) as wanted (saga, id) join petrel_saga using (saga, id)`)
const selectPending = statement('select id, records from petrel_outbox where lane = $1 order by id')
const deleteSent = statement('delete from petrel_outbox where id = any($1::bigint[])')

async function handledIds(pool: Pool, writer: BinaryWriter, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const wanted = arrayOf(writer, 'uuid', ids.map(inboxId))
  const rows = await runAlone<{ id: string }>(pool, { ...selectHandled, values: [wanted] })
  if (rows.length === 0) return new Set()
  const found = new Set(rows.map(({ id }) => id))
  return new Set(ids.filter((id) => found.has(inboxId(id))))
}

async function loadSagas(pool: Pool, writer: BinaryWriter, keys: readonly SagaKey[]): Promise<SavedSaga[]> {
  if (keys.length === 0) return []
  const sagas = keys.map(({ saga }) => saga)
  const ids = keys.map(({ id }) => id)
  return runAlone<SavedSaga>(pool, { ...selectSagas, values: [arrayOf(writer, 'text', sagas), arrayOf(writer, 'text', ids)] })
}

function postgresTransaction(transaction: StoreTransaction): PostgresTransaction {
  if (transaction instanceof PostgresTransaction) return transaction
  throw new TypeError('save needs the transaction that this store has made')
}

async function runLast<R extends QueryResultRow>(
  pool: Pool,
  transaction: PostgresTransaction,
  last: () => QueryConfig | undefined,
): Promise<R[]> {
  if (transaction.used) return transaction.commitWith<R>(last())
  await transaction.rollback()
  const alone = last()
  return alone === undefined ? [] : runAlone<R>(pool, alone)
}

/** A batch that holds the same message twice would be told for ever that it was handled: it is the batch that must be taken apart. */
function meantOf(failure: SaveFailure, { handled }: UnitOfWork): SaveFailure {
  const twice = failure instanceof AlreadyHandled && new Set(handled.map(inboxId)).size < handled.length
  return twice ? new WriteRefused('A message id stands twice in one batch.', { cause: failure }) : failure
}

const forgottenAtOnce = 10_000
const deleteHandledStatement = statement(`with gone as (
  delete from petrel_inbox where ctid = any(array(select ctid from petrel_inbox where handled_at < $1 limit ${forgottenAtOnce}))
  returning 1) select count(*)::int as count from gone`)

/** In steps, so that no statement runs long or holds many locks. */
async function deleteHandledBefore(pool: Pool, date: Date): Promise<number> {
  let forgotten = 0
  for (;;) {
    const [row] = await runAlone<{ count: number }>(pool, { ...deleteHandledStatement, values: [date] })
    const count = row?.count ?? 0
    forgotten += count
    if (count < forgottenAtOnce) return forgotten
  }
}
