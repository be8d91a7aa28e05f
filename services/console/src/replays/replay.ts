import { uuid7 } from '@petrel/messaging'
import { notFound } from '@petrel/pages'
import type { Pool, PoolClient } from 'pg'
import { conditionOf, type Filter } from '../failures/filter.ts'
import { lockEndpoints, refreshFailures, replayChange, requested } from '../failures/refreshFailures.ts'
import { nextCursor } from '../http/paging.ts'
import type { Batch } from '../reading/port.ts'
import { transaction } from '../store/transaction.ts'

/** A message that failed again after so many replays is left out, unless it is asked for. */
const stubbornAfter = 3

export interface ReplayRequest {
  readonly filter: Filter
  readonly includeStubborn: boolean
  /** Whether dead letters of others are meant, too: they go to the topic that they came from, where everybody hears them again. */
  readonly toOriginalTopic: boolean
  readonly ratePerSecond: number
  readonly by: string
}

export interface LeftOut {
  readonly stubborn: number
  readonly notUnresolved: number
  /** Dead letters of others. */
  readonly foreign: number
}

export interface Staged {
  readonly replayId: string
  readonly total: number
  readonly leftOut: LeftOut
}

/** What a replay would do. */
export interface DryRun {
  readonly total: number
  readonly leftOut: LeftOut
  readonly to: readonly {
    readonly endpoint: string
    /** Null when nothing says where it came from: it cannot be sent. */
    readonly topic: string | null
    readonly count: number
    /** Whether all who read the topic hear these again, and not the endpoint alone. */
    readonly everySubscriber: boolean
  }[]
}

/** As people see it. */
export interface Replay {
  readonly replayId: string
  readonly state: 'running' | 'done' | 'cancelled'
  readonly total: number
  readonly sent: number
  readonly resolved: number
  readonly failed: number
  readonly ratePerSecond: number
  readonly by: string
  readonly at: Date
}

export interface ReplayDetail extends Replay {
  readonly unsendable: readonly { readonly id: string; readonly reason: string }[]
}

const shownUnsendable = 1_000

const isStubborn = `failed_replays >= ${stubbornAfter}`
const isForeign = 'foreign_kind is not null'

type Wanted = Pick<ReplayRequest, 'filter' | 'includeStubborn' | 'toOriginalTopic'>

/** What is meant and waits, without what has to be asked for. */
const isTaken = ({ includeStubborn, toOriginalTopic }: Wanted): string =>
  [
    "state = 'unresolved'",
    ...(includeStubborn ? [] : [`not (${isStubborn})`]),
    ...(toOriginalTopic ? [] : [`not (${isForeign})`]),
  ].join(' and ')

/** Says what would go where; nothing is changed. Dead letters of others are named also when they are left out: who asks may want them. */
export async function dryRun(pool: Pool, wanted: Wanted): Promise<DryRun> {
  const { sql, values } = conditionOf(wanted.filter)
  const { rows } = await pool.query<DryRun['to'][number]>(
    `select failure.endpoint, ${targetTopic} as topic, count(*)::int as count, ${isForeign} as "everySubscriber"
     from (select * from failure where ${sql} and ${isTaken({ ...wanted, toOriginalTopic: true })}) as failure join letter on letter.place = failure.letter
     group by 1, 2, 4 order by count desc, 1, 2`,
    [...values],
  )
  const taken = rows.filter(({ everySubscriber }) => wanted.toOriginalTopic || !everySubscriber)
  const total = taken.reduce((sum, { count }) => sum + count, 0)
  return { total, leftOut: await leftOut(pool, wanted), to: rows }
}

/** Where a letter goes: to its endpoint alone, or to the topic that refused it; what others have written goes where it came from. */
const targetTopic = `case when ${isForeign} then refused_by
  else coalesce(refused_by, left(letter.topic, length(letter.topic) - 4) || '.replay') end`

async function leftOut(db: Pool | PoolClient, { filter, includeStubborn, toOriginalTopic }: Wanted): Promise<LeftOut> {
  const { sql, values } = conditionOf(filter)
  const { rows } = await db.query<LeftOut>(
    `select count(*) filter (where state = 'unresolved' and ${isStubborn} and not $${values.length + 1})::int as stubborn,
       count(*) filter (where state <> 'unresolved')::int as "notUnresolved",
       count(*) filter (where state = 'unresolved' and ${isForeign} and not $${values.length + 2})::int as foreign
     from failure where ${sql}`,
    [...values, includeStubborn, toOriginalTopic],
  )
  return rows[0] ?? { stubborn: 0, notUnresolved: 0, foreign: 0 }
}

/**
 * Writes down what is to be sent; a worker sends it. Two who ask for the same at once: each message goes with one of them.
 * @param actionId whose outcome is told when all is sent
 */
export function stageReplay(pool: Pool, request: ReplayRequest, actionId: string): Promise<Staged> {
  const { filter, ratePerSecond, by } = request
  return transaction(pool, async ({ tx, changed }) => {
    await lockEndpointsOf(tx, filter)
    const left = await leftOut(tx, request)
    const replayId = uuid7()
    const total = await stageItems(tx, replayId, request)
    await tx.query('insert into replay (id, by, rate_per_second, total, action_id) values ($1, $2, $3, $4, $5)', [
      replayId,
      by,
      ratePerSecond,
      total,
      actionId,
    ])
    for (const event of ['summary', 'groups', 'failures'] as const) changed({ event, data: {} })
    changed(replayChange({ id: replayId, state: 'running', total, sent: 0, resolved: 0, failed: 0 }))
    return { replayId, total, leftOut: left }
  })
}

async function lockEndpointsOf(tx: PoolClient, filter: Filter): Promise<void> {
  const { sql, values } = conditionOf(filter)
  const { rows } = await tx.query<{ endpoint: string }>(`select distinct endpoint from failure where ${sql}`, [...values])
  await lockEndpoints(
    tx,
    rows.map(({ endpoint }) => endpoint),
  )
}

/** Under the locks of all endpoints: nobody else changes a state meanwhile. @returns how many */
async function stageItems(tx: PoolClient, replayId: string, wanted: Wanted): Promise<number> {
  const { sql, values } = conditionOf(wanted.filter, [replayId])
  const { rowCount } = await tx.query(
    // In the order of their ids: two of the three indexes begin with them.
    `with taken as (
       update failure set ${requested} where ${sql} and ${isTaken(wanted)} returning id, first_failed_at
     )
     insert into replay_item (replay_id, failure_id, number)
     select * from (select $1::uuid, id, row_number() over (order by first_failed_at, id) from taken) as item order by id`,
    [...values],
  )
  return rowCount ?? 0
}

const replayFields = `id as "replayId", state, total, sent, resolved, failed, rate_per_second as "ratePerSecond", by, at`

/** The newest first: ids are in the order of time. */
export async function listReplays(
  pool: Pool,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: Replay[]; next: string | null }> {
  const { rows } = await pool.query<Replay>(
    `select ${replayFields} from replay where $1::uuid is null or id < $1 order by id desc limit $2`,
    [cursor ?? null, limit + 1],
  )
  return { items: rows.slice(0, limit), next: nextCursor(rows, limit, ({ replayId }) => replayId) }
}

export async function runningReplays(pool: Pool): Promise<Replay[]> {
  const { rows } = await pool.query<Replay>(`select ${replayFields} from replay where state = 'running' order by id`)
  return rows
}

/** @throws Problem 404 */
export async function replayDetail(pool: Pool, id: string): Promise<ReplayDetail> {
  const { rows } = await pool.query<Replay>(`select ${replayFields} from replay where id = $1`, [id])
  const [replay] = rows
  if (replay === undefined) throw notFound(`There is no replay ${id}.`)
  const unsendable = await pool.query<{ id: string; reason: string }>(
    `select failure_id as id, coalesce(reason, '') as reason from replay_item
     where replay_id = $1 and state = 'unsendable' order by number limit $2`,
    [id, shownUnsendable],
  )
  return { ...replay, unsendable: unsendable.rows }
}

const cancelAtOnce = 1_000

/** Sends no more of it: what is not sent yet waits again. What is being sent at this moment is sent. @throws Problem 404 */
export async function cancelReplay(pool: Pool, id: string): Promise<number> {
  await replayDetail(pool, id)
  await pool.query(`update replay set state = 'cancelled', ended_at = now() where id = $1 and state = 'running'`, [id])
  for (let cancelled = 0; ;) {
    const some = await transaction(pool, (batch) => cancelSome(batch, id))
    cancelled += some
    if (some === 0) return cancelled
  }
}

async function cancelSome({ tx, changed }: Batch, id: string): Promise<number> {
  const { rows: waiting } = await tx.query<{ failure_id: string; endpoint: string }>(
    `select failure_id, endpoint from replay_item join failure on failure.id = failure_id
     where replay_id = $1 and replay_item.state = 'waiting' order by number limit $2`,
    [id, cancelAtOnce],
  )
  await lockEndpoints(
    tx,
    waiting.map(({ endpoint }) => endpoint),
  )
  const { rows } = await tx.query<{ failure_id: string }>(
    `update replay_item set state = 'cancelled' where replay_id = $1 and failure_id = any($2) and state = 'waiting' returning failure_id`,
    [id, waiting.map(({ failure_id }) => failure_id)],
  )
  const failures = rows.map(({ failure_id }) => failure_id)
  for (const change of await refreshFailures(tx, failures)) changed(change)
  for (const event of ['summary', 'groups', 'failures'] as const) changed({ event, data: {} })
  changed({ event: 'replay', data: { replayId: id, state: 'cancelled' } })
  return waiting.length
}
