import type { Pool } from 'pg'
import { beginAction, conclude } from '../actions/action.ts'
import { openConsoleSession } from '../hub/hub.ts'
import { explain } from '../http/problem.ts'
import type { ConsoleContext, Part } from '../part.ts'
import { transaction } from '../store/transaction.ts'
import { aboutAny, valuesOf, type Wanted } from './aboutSomebody.ts'
import { eraseFailures, eraseOthers } from './eraseTables.ts'
import { eraseReasons } from './eraseReasons.ts'
import { eraseTopics } from './eraseTopics.ts'
import { findFailures } from './findFailures.ts'
import { type Erased, type Step, tellProblem, tellProgress } from './progress.ts'

/** What was on its way has failed by then, or was handled. */
const onceMoreAfterSeconds = 60

/**
 * Writes down that somebody is to be forgotten: from here on it happens, whichever instance does it.
 * @returns its id, which the action in the log has as well
 */
export const beginErasure = (pool: Pool, wanted: Wanted, by: string): Promise<string> =>
  transaction(pool, async ({ tx, changed }) => {
    // By what, and not whom: this stays.
    const id = await beginAction(tx, { by, what: 'erase', selection: { by: Object.keys(wanted) } })
    await tx.query('insert into erasure (id, by, wanted) values ($1, $2, $3)', [id, by, valuesOf(wanted)])
    changed({ event: 'event', data: { action: true } })
    return id
  })

interface Begun {
  readonly wanted: string[]
  readonly found: string[]
  readonly is_again: boolean
}

/** Forgets somebody: in the topics of endpoints, and here. Killed anywhere, it is done again from the beginning. */
async function runErasure(context: ConsoleContext, parts: readonly Part[], id: string): Promise<void> {
  const { pool } = context
  const { rows } = await pool.query<Begun>(
    'select wanted, found, again_at is not null as is_again from erasure where id = $1 and ended_at is null',
    [id],
  )
  const [erasure] = rows
  if (erasure === undefined) return
  const isAbout = aboutAny(erasure.wanted)
  const tell = (step: Step) => (done: number, of: number) => tellProgress(pool, id, step, done, of)
  // Before anything is cut off: a body that is kept in Kafka alone could not be read any more.
  const found = [...new Set([...erasure.found, ...(await findFailures(context, isAbout, tell('search')))])]
  await pool.query('update erasure set found = $2 where id = $1', [id, found])
  const { places, waiting } = await eraseTopics(context, { isAbout, found: new Set(found), tell: tell('topics') })
  await tell('tables')(0, 0)
  const failures = await eraseFailures(pool, found, places)
  await eraseReasons(context, isAbout)
  const audit = await eraseOthers(pool, parts, isAbout, erasure.wanted)
  await ended(pool, id, { erased: { failures, audit, deadLetters: places.length }, waiting, isLast: erasure.is_again })
}

interface Ended {
  readonly erased: Erased
  readonly waiting: number
  readonly isLast: boolean
}

/** After the last time nobody knows any more who it was. */
const whatRemains = {
  once: `waiting = $5, again_at = now() + make_interval(secs => ${onceMoreAfterSeconds})`,
  last: `wanted = null, found = '{}', ended_at = now()`,
}

async function ended(pool: Pool, id: string, { erased: { failures, audit, deadLetters }, waiting, isLast }: Ended) {
  const { rows } = await pool.query<Erased>(
    `update erasure set failures = failures + $2, audit = audit + $3, dead_letters = dead_letters + $4, step = null, problem = null,
       ${isLast ? whatRemains.last : whatRemains.once}
     where id = $1 returning failures, audit, dead_letters as "deadLetters"`,
    [id, failures, audit, deadLetters, ...(isLast ? [] : [waiting])],
  )
  const [all] = rows
  if (all === undefined) return
  const what = `${all.failures} failures, ${all.audit} rows of audits, ${all.deadLetters} dead letters`
  const detail = isLast ? what : `${what}; it is looked once more in a minute`
  await conclude(pool, id, 'done', { count: all.failures, detail })
}

/** Arbitrary, and never to be changed. */
const lock = 738_653

/** Two at once would bring back what the other erases: of all instances one works. */
async function alone({ settings, log }: ConsoleContext, work: () => Promise<void>): Promise<void> {
  const client = await openConsoleSession(settings.database, log)
  try {
    const { rows } = await client.query<{ is_mine: boolean }>('select pg_try_advisory_lock($1) as is_mine', [lock])
    if (rows[0]?.is_mine === true) await work()
  } finally {
    // The lock goes with the connection, whatever has happened to it.
    await client.end()
  }
}

/** Does what is due, of what was begun here or by an instance that is gone. @throws BrokerUnavailable and others; it goes on later */
export async function runDueErasures(context: ConsoleContext, parts: readonly Part[], ended: AbortSignal): Promise<void> {
  const { pool } = context
  const { rows } = await pool.query<{ id: string }>(
    'select id from erasure where ended_at is null and (again_at is null or again_at <= now()) order by at',
  )
  if (rows.length === 0) return
  await alone(context, async () => {
    for (const { id } of rows) {
      if (ended.aborted) return
      await runErasure(context, parts, id).catch(async (error: unknown) => {
        await tellProblem(pool, id, explain(error).details.title)
        throw error
      })
    }
  })
}
