import { notFound } from '@petrel/pages'
import type { Pool } from 'pg'
import { tellChanges } from '../hub/hub.ts'

/** How much is gone. */
export interface Erased {
  readonly failures: number
  /** Rows about what endpoints have handled, and events. */
  readonly audit: number
  /** Records of dead letter topics. */
  readonly deadLetters: number
}

/** Letters are searched one by one, then the topics of each endpoint; the tables come last. */
export type Step = 'search' | 'topics' | 'tables'

/** How far an erasure is. Whom it is about nobody is told. */
export interface ErasureProgress {
  readonly erasureId: string
  readonly by: string
  readonly at: Date
  /** `checking`: it is done, and looked at once more for what was on its way. */
  readonly state: 'waiting' | 'running' | 'checking' | 'done'
  /** What is done now; null while nobody works on it. */
  readonly step: Step | null
  /** How much of the step, of how much. */
  readonly done: number
  readonly of: number
  readonly erased: Erased
  /** Records that endpoints were about to handle; null until the topics were looked at. */
  readonly waiting: number | null
  readonly againAt: Date | null
  readonly endedAt: Date | null
  /** Why it did not get further; it goes on by itself. */
  readonly problem: string | null
}

interface Row extends Omit<ErasureProgress, 'state' | 'erased'>, Erased {}

/** @throws Problem 404 */
export async function erasureProgress(pool: Pool, id: string): Promise<ErasureProgress> {
  const { rows } = await pool.query<Row>(
    `select id as "erasureId", by, at, step, step_done as done, step_of as of, failures, audit, dead_letters as "deadLetters", waiting,
       again_at as "againAt", ended_at as "endedAt", problem
     from erasure where id = $1`,
    [id],
  )
  const [row] = rows
  if (row === undefined) throw notFound(`There is no erasure ${id}.`)
  const { failures, audit, deadLetters, ...rest } = row
  return { ...rest, state: stateOf(row), erased: { failures, audit, deadLetters } }
}

function stateOf({ endedAt, againAt, step }: Row): ErasureProgress['state'] {
  if (endedAt !== null) return 'done'
  if (againAt !== null) return 'checking'
  return step === null ? 'waiting' : 'running'
}

/** Writes down how far it is, and tells those who look. */
export async function tellProgress(pool: Pool, id: string, step: Step, done: number, of: number): Promise<void> {
  await pool.query('update erasure set step = $2, step_done = $3, step_of = $4, problem = null where id = $1', [
    id,
    step,
    done,
    of,
  ])
  await tellErasure(pool)
}

/** Writes down why it did not get further. */
export async function tellProblem(pool: Pool, id: string, problem: string): Promise<void> {
  await pool.query('update erasure set problem = $2 where id = $1', [id, problem])
  await tellErasure(pool)
}

const tellErasure = (pool: Pool) => tellChanges(pool, [{ event: 'event', data: { action: true } }])
