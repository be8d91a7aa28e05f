import { editedAs, type EditedMessage, type Mark } from '@petrel/messaging/operations'
import type { Pool, PoolClient } from 'pg'
import type { NewEvent } from '../events/event.ts'
import { insertEvents } from '../events/insertEvents.ts'
import type { KeptRecord } from '../failures/detail.ts'
import { marksOf } from '../failures/decide.ts'
import { headersOf, type KeptHeaders } from '../failures/keptHeaders.ts'
import { storeMarks } from '../failures/marks.ts'
import { type OpenLetter, openLetters } from '../failures/openLetters.ts'
import {
  lockEndpoints,
  refreshFailures,
  type ReplayProgress,
  replayChange,
  withMoreThanSent,
} from '../failures/refreshFailures.ts'
import { textArray } from '../store/columns.ts'
import { transaction } from '../store/transaction.ts'

/** A replay that this instance sends. */
export interface Lease {
  readonly id: string
  readonly by: string
  readonly at: Date
  readonly rate_per_second: number
  readonly action_id: string | null
}

/** How long another instance waits for one that says nothing: much longer than a step takes, while Kafka answers. */
const leaseSeconds = 15
const most = { items: 500, bytes: 4 * 1024 * 1024 }

/** Takes a replay that nobody sends. @returns undefined when there is none */
export async function takeReplay(pool: Pool, instance: string): Promise<Lease | undefined> {
  const { rows } = await pool.query<Lease>(
    `update replay set leased_by = $1, leased_until = now() + make_interval(secs => $2)
     where id = (
       select id from replay where state = 'running' and (leased_until is null or leased_until < now())
       order by at limit 1 for update skip locked
     )
     returning id, by, at, rate_per_second, action_id`,
    [instance, leaseSeconds],
  )
  return rows[0]
}

/** @returns whether it is still this instance's, and still to be sent */
export async function keepReplay(pool: Pool, { id }: Lease, instance: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update replay set leased_until = now() + make_interval(secs => $3) where id = $1 and leased_by = $2 and state = 'running'`,
    [id, instance, leaseSeconds],
  )
  return rowCount === 1
}

/** Another instance may go on at once. */
export async function giveReplayBack(pool: Pool, { id }: Lease, instance: string): Promise<void> {
  await pool.query('update replay set leased_by = null, leased_until = null where id = $1 and leased_by = $2', [id, instance])
}

/** A message that is next. */
export interface Item {
  readonly failureId: string
  readonly endpoint: string
  readonly letter: KeptRecord
  /** Undefined when nothing of it is open any more. */
  readonly open: OpenLetter | undefined
  /** What somebody has made of it, when that is what is sent. */
  readonly edited: EditedMessage | undefined
}

interface ItemRow extends KeptRecord {
  readonly failure_id: string
  readonly endpoint: string
  readonly edit_id: string | null
  readonly edit_key: Buffer | null
  readonly edit_value: Buffer | null
  readonly edit_headers: KeptHeaders | null
}

/** The next that wait: some hundreds at most, and some megabytes. */
export async function nextItems(pool: Pool, { id, rate_per_second }: Lease): Promise<Item[]> {
  const { rows } = await pool.query<ItemRow>(
    `with next as (
       select failure_id, number from replay_item where replay_id = $1 and state = 'waiting' order by number limit $2
     ),
     sized as (
       select next.failure_id, number, endpoint, place, topic, partition, kafka_offset, appended_at, letter.key, value, value_bytes, headers,
         sum(coalesce(value_bytes, 0)) over (order by number) as bytes
       from next join failure on failure.id = next.failure_id join letter on letter.place = failure.letter
     )
     select sized.failure_id, endpoint, place, topic, partition, kafka_offset, appended_at, sized.key, sized.value, value_bytes, sized.headers,
       edit.message_id as edit_id, edit.key as edit_key, edit.value as edit_value, edit.headers as edit_headers
     from sized left join edit on edit.replay_id = $1
     where bytes <= $3 or number = (select min(number) from next) order by number`,
    // A step takes a fifth of a second or less, so that a slow replay is slow and not jerky.
    [id, Math.min(most.items, Math.max(1, Math.ceil(rate_per_second / 5))), most.bytes],
  )
  const open = await openLetters(
    pool,
    rows.map(({ failure_id }) => failure_id),
  )
  const byId = new Map(open.map((each) => [each.failureId, each]))
  return rows.map((row) => ({
    failureId: row.failure_id,
    endpoint: row.endpoint,
    letter: row,
    open: byId.get(row.failure_id),
    edited: editedIn(row),
  }))
}

const editedIn = ({ edit_id, edit_key, edit_value, edit_headers }: ItemRow): EditedMessage | undefined =>
  edit_id === null ? undefined : { id: edit_id, key: edit_key, value: edit_value, headers: headersOf(edit_headers ?? []) }

export interface SentLetter extends OpenLetter {
  /** The id of the message that somebody has made of it, and that was sent in its place. */
  readonly editedAs: string | undefined
}

/** What became of the messages of a step. */
export interface StepResult {
  /** When they were sent: of their marks. ISO 8601. */
  readonly at: string
  /** Where they failed. */
  readonly endpoints: readonly string[]
  readonly sent: readonly SentLetter[]
  readonly unsendable: readonly { readonly failureId: string; readonly reason: string }[]
  /** Those of which nothing is open: somebody else has decided, or this replay had sent them before it was cut short. */
  readonly settled: readonly string[]
}

/** Writes down what a step did, together with the marks that will be read from the topic. */
export async function concludeStep(pool: Pool, lease: Lease, result: StepResult): Promise<void> {
  const { at, endpoints, sent, unsendable, settled } = result
  await transaction(pool, async ({ tx, changed }) => {
    await lockEndpoints(tx, endpoints)
    await storeMarks(
      tx,
      sent.flatMap((letter) => marksOf([letter], markOf(letter, lease, at))),
    )
    const [edited, unchanged] = [sent.filter(isEdited), sent.filter((letter) => !isEdited(letter))]
    const isSent = await markSent(tx, lease, sent)
    // It was sent: nobody needs it here any more.
    if (edited.length > 0)
      await tx.query('update edit set key = null, value = null, headers = null where replay_id = $1', [lease.id])
    const isUnsendable = await markUnsendable(tx, lease, unsendable)
    const isSettled = await markSettled(tx, lease, settled)
    const more = await withMoreThanSent(tx, unchanged.map(idOf))
    const changes = await refreshFailures(tx, [...more, ...edited.map(idOf), ...unsendable.map(idOf), ...settled])
    const progress = await count(tx, lease, [...isSent, ...isUnsendable, ...isSettled])
    for (const change of [...changes, ...progress.rows.map(replayChange)]) changed(change)
    for (const event of ['summary', 'groups', 'failures'] as const) changed({ event, data: {} })
  })
}

const idOf = ({ failureId }: { readonly failureId: string }) => failureId
const isEdited = ({ editedAs }: SentLetter) => editedAs !== undefined

/** The same as was written into the endpoint's topic. */
const markOf = ({ editedAs: id }: SentLetter, { by }: Lease, at: string): Mark =>
  id === undefined ? { outcome: 'replayed', by, at } : { outcome: 'discarded', by, at, reason: editedAs(id) }

/** What became of an item that waited. */
interface Counted {
  readonly state: 'sent' | 'unsendable'
}

/**
 * None joins the items with a list: without statistics, as right after staging, PostgreSQL reads all items of the replay for that.
 * @returns what became of those that have waited
 */
async function settleItems(
  tx: PoolClient,
  items: readonly unknown[],
  sql: string,
  values: readonly unknown[],
): Promise<Counted[]> {
  if (items.length === 0) return []
  const { rows } = await tx.query<Counted>(sql, [...values])
  return rows
}

const markSent = (tx: PoolClient, { id }: Lease, sent: StepResult['sent']) =>
  settleItems(
    tx,
    sent,
    `update replay_item set state = 'sent', positions = ($3::text[])[array_position($2::uuid[], failure_id)]::text[]
     where replay_id = $1 and failure_id = any($2) and state in ('waiting', 'cancelled')
     returning state`,
    [id, sent.map(idOf), sent.map(({ positions }) => textArray(positions))],
  )

const markUnsendable = (tx: PoolClient, { id }: Lease, unsendable: StepResult['unsendable']) =>
  settleItems(
    tx,
    unsendable,
    `update replay_item set state = 'unsendable', reason = ($3::text[])[array_position($2::uuid[], failure_id)]
     where replay_id = $1 and failure_id = any($2) and state = 'waiting'
     returning state`,
    [id, unsendable.map(idOf), unsendable.map(({ reason }) => reason)],
  )

/** With a mark of this replay it was sent, by an instance that ended before it could write that down here. */
const markSettled = (tx: PoolClient, { id, by, at }: Lease, settled: readonly string[]) =>
  settleItems(
    tx,
    settled,
    `update replay_item set (state, positions, reason) = (
       select case when own.positions is null then 'unsendable' else 'sent' end, own.positions,
         case when own.positions is null then 'Somebody else has replayed or archived it meanwhile.' end
       from (
         select array_agg(mark.position) as positions
         from letter join mark on mark.position = any(array[letter.place, letter.first_place]) and mark.name = any(letter.mark_names)
           left join edit on edit.replay_id = $1
         where letter.failure_id = replay_item.failure_id and mark.by = $3 and mark.at >= $4
           and (mark.outcome = 'replayed' or mark.reason = 'Edited as ' || edit.message_id)
       ) as own
     )
     where replay_id = $1 and failure_id = any($2) and state = 'waiting'
     returning state`,
    [id, settled, by, at],
  )

/** Adds what a step has come to: to count a hundred thousand items would take longer than the step. */
const count = (tx: PoolClient, { id }: Lease, items: readonly Counted[]) =>
  tx.query<ReplayProgress>(
    `update replay set sent = sent + $2, unsendable = unsendable + $3 where id = $1
     returning id, state, total, sent, resolved, failed`,
    [id, items.filter(({ state }) => state === 'sent').length, items.filter(({ state }) => state === 'unsendable').length],
  )

const replayDone = (id: string, by: string, detail: string, isWhole: boolean): NewEvent => ({
  at: Date.now(),
  kind: 'replay-done',
  severity: isWhole ? 'ok' : 'warn',
  text: `Replay by ${by}: ${detail}`,
  link: '/actions',
  name: `replay-done:${id}`,
})

/** @returns whether nothing of it waits any more: then it is done */
export async function endReplay(pool: Pool, { id, by, action_id }: Lease): Promise<boolean> {
  return transaction(pool, async ({ tx, changed }) => {
    const { rows } = await tx.query<ReplayProgress & { readonly unsendable: number }>(
      `update replay set state = 'done', ended_at = now() where id = $1 and state = 'running'
         and not exists (select from replay_item where replay_id = $1 and state = 'waiting')
       returning id, state, total, sent, resolved, failed, unsendable`,
      [id],
    )
    const [replay] = rows
    if (replay === undefined) return false
    const detail = replay.unsendable === 0 ? `${replay.sent} sent` : `${replay.sent} sent, ${replay.unsendable} could not be sent`
    await tx.query('update action set detail = $2, ended_at = now() where id = $1', [action_id, detail])
    await insertEvents(tx, [replayDone(id, by, detail, replay.unsendable === 0)])
    changed(replayChange(replay))
    changed({ event: 'summary', data: {} })
    changed({ event: 'event', data: { id } })
    return true
  })
}
