import { uuid7 } from '@petrel/messaging'
import type { ClientBase, Pool } from 'pg'
import { tellChanges } from '../hub/hub.ts'

/** Something a person does. */
export interface Action {
  /** Who. */
  readonly by: string
  /** For example `replay`. */
  readonly what: string
  /** About which messages, as it was asked for. */
  readonly selection?: unknown
}

/** What came of it. */
export interface Outcome {
  /** How many messages, where that is a number. */
  readonly count?: number
  /** A sentence for people. */
  readonly detail?: string
}

/** Writes down who begins what. @returns its id */
export async function beginAction(tx: ClientBase | Pool, { by, what, selection }: Action): Promise<string> {
  const id = uuid7()
  await tx.query('insert into action (id, by, what, selection) values ($1, $2, $3, $4)', [
    id,
    by,
    what,
    selection === undefined ? null : JSON.stringify(selection),
  ])
  return id
}

/** Writes down who begins what, does it, and writes down what came of it: an action that was cut short is there without an outcome. */
export async function recorded<T>(
  pool: Pool,
  action: Action,
  act: (id: string) => Promise<{ readonly result: T } & Outcome>,
): Promise<T> {
  const id = await beginAction(pool, action)
  try {
    const { result, count, detail } = await act(id)
    await conclude(pool, id, 'done', { ...(count !== undefined && { count }), ...(detail !== undefined && { detail }) })
    return result
  } catch (error) {
    await conclude(pool, id, 'failed', { detail: error instanceof Error ? error.message : String(error) })
    throw error
  }
}

/** Writes down what came of it. */
export async function conclude(pool: Pool, id: string, outcome: 'done' | 'failed', { count, detail }: Outcome): Promise<void> {
  await pool.query('update action set outcome = $2, count = $3, detail = $4, ended_at = now() where id = $1', [
    id,
    outcome,
    count ?? null,
    detail?.replaceAll('\0', '\uFFFD').slice(0, 2_000) ?? null,
  ])
  await tellChanges(pool, [{ event: 'event', data: { action: true } }])
}
