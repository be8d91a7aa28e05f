import type { Pool, QueryConfig, QueryResultRow } from 'pg'
import type { OutgoingRecord } from '../../broker/port.ts'
import { nextPollAt } from '../nextPollAt.ts'
import { StoreUnavailable } from '../port.ts'
import { type Lease, lease, runAlone } from './connections.ts'
import { unavailable } from './failures.ts'
import { OutgoingRecordCodec } from './outgoingRecords.ts'

type Publish = (records: readonly OutgoingRecord[]) => Promise<void>

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
  const taken = await run<{ id: string; record: Buffer }>(leased, { ...selectDue, values: [limit] })
  if (taken.length > 0) {
    const codec = new OutgoingRecordCodec()
    await publish(taken.flatMap(({ record }) => codec.decode(record)))
    await run(leased, { ...deletePublished, values: [taken.map(({ id }) => id)] })
  }
  const [next] = await run<NextDue>(leased, selectNext)
  await run(leased, 'commit')
  return { published: taken.length, nextAt: nextPollAt(dueAfter(now, next), now, taken.length < limit) }
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
