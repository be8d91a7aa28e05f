import type { Pool, QueryConfig, QueryResultRow } from 'pg'
import type { OutgoingRecord } from '../../broker/port.ts'
import { nextPollAt } from '../nextPollAt.ts'
import { StoreUnavailable } from '../port.ts'
import { type Lease, lease, runAlone } from './connections.ts'
import { unavailable } from './failures.ts'
import { OutgoingRecordCodec } from './outgoingRecords.ts'

type Publish = (records: readonly OutgoingRecord[]) => Promise<readonly OutgoingRecord[] | void>

interface Published {
  readonly published: number
  readonly nextAt: Date | undefined
}

/** Mostly nothing is due: then one statement is enough. */
export async function publishScheduled(pool: Pool, publish: Publish, limit: number): Promise<Published> {
  const now = new Date()
  const [next] = await runAlone<NextDue>(pool, selectNext)
  const nextAt = dueAfter(now, next)
  return nextAt === undefined || nextAt > now ? { published: 0, nextAt } : publishDue(pool, publish, limit)
}

/**
 * Publishes inside the transaction that deletes: after a crash between the two the records are published once more, with the
 * same message ids. Replicas skip each other's rows.
 */
async function publishDue(pool: Pool, publish: Publish, limit: number): Promise<Published> {
  const leased = await lease(pool)
  try {
    const published = await publishOn(leased, publish, limit)
    leased.release()
    return published
  } catch (error) {
    await rollBackAndRelease(leased, error)
    throw error
  }
}

const selectDue = {
  text: `select id, record from petrel_scheduled where due_at <= now()
  order by due_at limit $1 for update skip locked`,
}
const postpone = { text: `update petrel_scheduled set due_at = now() + interval '10s' where id = any($1)` }
const deletePublished = { text: 'delete from petrel_scheduled where id = any($1)' }
/** `now()` is when the transaction began, as in {@link selectDue}: a record that becomes due in between is not missed. */
const selectNext = { text: 'select (extract(epoch from min(due_at) - now()) * 1000)::float8 as due_in_ms from petrel_scheduled' }

interface NextDue {
  /** Null when nothing is scheduled. */
  readonly due_in_ms: number | null
}

const dueAfter = (now: Date, next: NextDue | undefined): Date | undefined =>
  next?.due_in_ms == null ? undefined : new Date(now.getTime() + next.due_in_ms)

async function publishOn(leased: Lease, publish: Publish, limit: number): Promise<Published> {
  const now = new Date()
  await run(leased, 'begin')
  let published = 0
  const taken = await run<{ id: string; record: Buffer }>(leased, { ...selectDue, values: [limit] })
  if (taken.length > 0) {
    const codec = new OutgoingRecordCodec()
    const rows = taken.map(({ id, record }) => ({ id, records: codec.decode(record) }))
    const kept = new Set((await publish(rows.flatMap(({ records }) => records))) ?? [])
    const { later = [], sent = [] } = Object.groupBy(rows, ({ records }) =>
      records.some((each) => kept.has(each)) ? 'later' : 'sent',
    )
    published = sent.length
    await run(leased, { ...deletePublished, values: [sent.map(({ id }) => id)] })
    if (later.length > 0) await run(leased, { ...postpone, values: [later.map(({ id }) => id)] })
  }
  const [next] = await run<NextDue>(leased, selectNext)
  await run(leased, 'commit')
  return { published, nextAt: nextPollAt(dueAfter(now, next), now, taken.length < limit) }
}

async function run<R extends QueryResultRow>({ client }: Lease, query: string | QueryConfig): Promise<R[]> {
  try {
    const { rows } = await client.query<R>(query)
    return rows
  } catch (error) {
    throw unavailable(error)
  }
}

/** To close the connection rolls back too, and is all that can be done when it fails. */
async function rollBackAndRelease(leased: Lease, error: unknown): Promise<void> {
  if (error instanceof StoreUnavailable) return leased.release(error)
  try {
    await run(leased, 'rollback')
    leased.release()
  } catch (broken) {
    leased.release(unavailable(broken))
  }
}
