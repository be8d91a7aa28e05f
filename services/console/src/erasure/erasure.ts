import { uuid7 } from '@petrel/messaging'
import type { Pool } from 'pg'
import type { ConsoleContext, Part } from '../part.ts'
import { aboutAny, valuesOf, type Wanted } from './aboutSomebody.ts'
import { eraseFailures, eraseOthers } from './eraseTables.ts'
import { eraseReasons } from './eraseReasons.ts'
import { eraseTopics } from './eraseTopics.ts'
import { findFailures } from './findFailures.ts'

/** How much is gone. */
export interface Erased {
  readonly failures: number
  /** Rows about what endpoints have handled, and events. */
  readonly audit: number
  /** Records of dead letter topics. */
  readonly deadLetters: number
}

export interface ErasureReport {
  readonly erasureId: string
  readonly erased: Erased
  /** Records that endpoints are about to handle: what becomes of them is looked at once more. */
  readonly waiting: number
}

/** What was on its way has failed by then, or was handled. */
const onceMoreAfterSeconds = 60

/** Writes down that somebody is to be forgotten: from here on it happens, whoever does it. */
export async function beginErasure(pool: Pool, wanted: Wanted, by: string): Promise<string> {
  const id = uuid7()
  await pool.query('insert into erasure (id, by, wanted) values ($1, $2, $3)', [id, by, valuesOf(wanted)])
  return id
}

/**
 * Forgets somebody: in the topics of endpoints, and here. Killed anywhere, it is done again from the beginning, by whichever
 * instance comes first. @returns undefined when it was done already. @throws BrokerUnavailable and others; it goes on later
 */
export async function runErasure(
  context: ConsoleContext,
  parts: readonly Part[],
  id: string,
): Promise<ErasureReport | undefined> {
  const { pool } = context
  const { rows } = await pool.query<{ wanted: string[]; found: string[]; is_again: boolean }>(
    'select wanted, found, again_at is not null as is_again from erasure where id = $1 and ended_at is null',
    [id],
  )
  const [erasure] = rows
  if (erasure === undefined) return undefined
  const isAbout = aboutAny(erasure.wanted)
  // Before anything is cut off: a body that is kept in Kafka alone could not be read any more.
  const found = [...new Set([...erasure.found, ...(await findFailures(context, isAbout))])]
  await pool.query('update erasure set found = $2 where id = $1', [id, found])
  const { places, waiting } = await eraseTopics(context, isAbout, new Set(found))
  const failures = await eraseFailures(pool, found, places)
  await eraseReasons(context, isAbout)
  const audit = await eraseOthers(pool, parts, isAbout, erasure.wanted)
  const erased: Erased = { failures, audit, deadLetters: places.length }
  await (erasure.is_again ? end(pool, id, erased) : onceMore(pool, id, erased))
  return { erasureId: id, erased, waiting }
}

const counted = 'failures = failures + $2, audit = audit + $3, dead_letters = dead_letters + $4'

const onceMore = (pool: Pool, id: string, { failures, audit, deadLetters }: Erased) =>
  pool.query(`update erasure set ${counted}, again_at = now() + make_interval(secs => $5) where id = $1`, [
    id,
    failures,
    audit,
    deadLetters,
    onceMoreAfterSeconds,
  ])

/** Nobody knows any more who it was. */
const end = (pool: Pool, id: string, { failures, audit, deadLetters }: Erased) =>
  pool.query(`update erasure set ${counted}, wanted = null, found = '{}', ended_at = now() where id = $1`, [
    id,
    failures,
    audit,
    deadLetters,
  ])

/** Arbitrary, and never to be changed. */
const lock = 738_653

/** Two at once would bring back what the other erases: of all instances one works. @returns undefined when it is another one */
export async function alone<T>(pool: Pool, work: () => Promise<T>): Promise<{ readonly result: T } | undefined> {
  const client = await pool.connect()
  try {
    const { rows } = await client.query<{ is_mine: boolean }>('select pg_try_advisory_lock($1) as is_mine', [lock])
    return rows[0]?.is_mine === true ? { result: await work() } : undefined
  } finally {
    // The lock goes with the connection, whatever has happened to it.
    client.release(true)
  }
}

/** Does what is due, of what was begun here or by an instance that is gone. */
export async function runDueErasures(context: ConsoleContext, parts: readonly Part[]): Promise<void> {
  const { rows } = await context.pool.query<{ id: string }>(
    'select id from erasure where ended_at is null and (again_at is null or again_at <= now()) order by at',
  )
  if (rows.length > 0)
    await alone(context.pool, async () => {
      for (const { id } of rows) await runErasure(context, parts, id)
    })
}
