import type { Pool, QueryConfig, QueryResultRow } from 'pg'
import type { OutgoingRecord } from '../../broker/port.ts'
import { nextPollAt } from '../nextPollAt.ts'
import { type Lease, lease } from './connections.ts'
import { failureOf } from './failures.ts'
import { OutgoingRecordCodec } from './outgoingRecords.ts'

type Publish = (records: readonly OutgoingRecord[]) => Promise<void>

interface Published {
  readonly published: number
  readonly nextAt: Date | undefined
}

/**
 * Publishes inside the transaction that removes: after a crash between the two they go out once more, with the same message
 * ids. Replicas skip each other's rows. What is due is told by this process's clock, the one its caller waits by.
 */
export async function publishScheduled(pool: Pool, publish: Publish, limit: number): Promise<Published> {
  const lent = await lease(pool)
  try {
    const published = await publishOn(lent, publish, limit, new Date())
    lent.release()
    return published
  } catch (error) {
    await rollBackAndRelease(lent)
    throw error
  }
}

async function publishOn(lent: Lease, publish: Publish, limit: number, now: Date): Promise<Published> {
  await run(lent, 'begin')
  const taken = await run<{ id: string; record: Buffer }>(lent, {
    text: 'select id, record from petrel_due where due_at <= $1 order by due_at limit $2 for update skip locked',
    values: [now, limit],
  })
  if (taken.length > 0) {
    const codec = new OutgoingRecordCodec()
    await publish(taken.flatMap(({ record }) => codec.decode(record)))
    await run(lent, { text: 'delete from petrel_due where id = any($1)', values: [taken.map(({ id }) => id)] })
  }
  const [first] = await run<{ due_at: Date | null }>(lent, 'select min(due_at) as due_at from petrel_due')
  await run(lent, 'commit')
  return { published: taken.length, nextAt: nextPollAt(first?.due_at ?? undefined, now, taken.length < limit) }
}

async function run<R extends QueryResultRow>({ client }: Lease, query: string | QueryConfig): Promise<R[]> {
  try {
    const { rows } = await client.query<R>(query)
    return rows
  } catch (error) {
    throw failureOf(error)
  }
}

async function rollBackAndRelease(lent: Lease): Promise<void> {
  try {
    await run(lent, 'rollback')
    lent.release()
  } catch (broken) {
    // Closing the connection rolls back too.
    lent.release(broken instanceof Error ? broken : new Error(String(broken)))
  }
}
