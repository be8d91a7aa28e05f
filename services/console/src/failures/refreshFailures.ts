import type { PoolClient } from 'pg'
import type { Change } from '../hub/hub.ts'
import { plainText } from '../store/columns.ts'

/** What people and endpoints say about a letter comes from other topics, perhaps in another instance: without this each might miss the other. */
export async function lockEndpoints(tx: PoolClient, endpoints: readonly string[]): Promise<void> {
  // In one order, so that two never wait for each other. The number is arbitrary and must never change.
  await tx.query(
    `select pg_advisory_xact_lock(738652, lock) from (
       select distinct hashtext(endpoint) as lock from unnest($1::text[]) as endpoint order by lock
     ) as locks`,
    [[...new Set(endpoints)]],
  )
}

/** The failures with a letter at one of these places, or with a copy of one. @param places as marks and confirmations have them */
export async function failuresAt(tx: PoolClient, places: readonly string[]): Promise<string[]> {
  if (places.length === 0) return []
  const { rows } = await tx.query<{ failure_id: string }>(
    'select distinct failure_id from letter where place = any($1) or (first_place = any($1) and first_place <> place)',
    [places.map(plainText)],
  )
  return rows.map(({ failure_id }) => failure_id)
}

/**
 * Works out again what follows from letters, marks, confirmations and replays. Whoever calls it has locked the endpoints.
 * @returns the progress of replays
 */
export async function refreshFailures(tx: PoolClient, ids: readonly string[]): Promise<Change[]> {
  if (ids.length === 0) return []
  await tx.query(deriveStates, [ids])
  const { rows } = await tx.query<ReplayProgress>(countReplays, [[...ids, ...(await editedInto(tx, ids))]])
  return rows.map(replayChange)
}

/**
 * Of messages that a replay waits to send: the same as {@link refreshFailures} would find, without looking at each. Each counts as sent
 * back from now on: to write that when it is sent would cost it a second row, with an entry in each index.
 */
export const requested = `state = 'replayRequested', replays = replays + 1, changed_at = now()`

/**
 * Of messages that a replay has just sent, those of which something follows: of one with one letter, and this mark alone about it,
 * all was written down when the replay was. Whoever calls it has locked the endpoints.
 */
export async function withMoreThanSent(tx: PoolClient, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const { rows } = await tx.query<{ id: string }>(
    `select id from failure where id = any($1) and not (state = 'replayRequested' and replays = 1 and (
       select count(*) = 1 and bool_and(refused_by is null
         and (select count(*) from mark where mark.position = any(array[letter.place, letter.first_place])) = 1
         and not exists (
           select from confirmation
           where confirmation.endpoint = failure.endpoint and confirmation.replay_of = any(array[letter.place, letter.first_place])
         ))
       from letter where letter.failure_id = failure.id
     ))`,
    [ids],
  )
  return rows.map(({ id }) => id)
}

/** Those of which people have made these: with what becomes of these their replays end. */
async function editedInto(tx: PoolClient, ids: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ failure_id: string }>('select failure_id from edit where becomes = any($1)', [ids])
  return rows.map(({ failure_id }) => failure_id)
}

export interface ReplayProgress {
  readonly id: string
  readonly state: string
  readonly total: number
  readonly sent: number
  readonly resolved: number
  readonly failed: number
}

export const replayChange = ({ id, state, total, sent, resolved, failed }: ReplayProgress): Change => ({
  event: 'replay',
  data: { replayId: id, state, total, sent, resolved, failed },
})

// A message is open while one of its failings has no mark and no confirmation, or was restored. Otherwise the last that was
// decided about counts. A message that waits in a replay is on its way, and counts as sent back already.
const deriveStates = `
  with failing as (
    select failure_id, failing, min(failed_at) as first_failed_at, max(failed_at) as last_failed_at,
      bool_or(replay_of is not null) as is_repeated, bool_or(refused_by is not null) as needs_no_confirmation
    from letter where failure_id = any($1) group by failure_id, failing
  ),
  decided as (
    select failure_id, failing, bool_or(outcome = 'replayed') as was_replayed, max(mark.at) as at,
      (array_agg(outcome order by mark.kafka_offset desc nulls first, mark.at desc))[1] as outcome
    from letter join mark on mark.position = any(array[letter.place, letter.first_place]) and mark.name = any(letter.mark_names)
    where failure_id = any($1) group by failure_id, failing
  ),
  confirmed as (
    select failure_id, failing, max(confirmation.at) as at
    from letter join failure on failure.id = letter.failure_id
      join confirmation on confirmation.replay_of = any(array[letter.place, letter.first_place]) and confirmation.endpoint = failure.endpoint
    where failure_id = any($1) group by failure_id, failing
  ),
  derived as (
    select failure_id, min(first_failed_at) as first_failed_at, max(last_failed_at) as last_failed_at,
      count(*) filter (where was_replayed or confirmed.at is not null) as sent,
      count(*) filter (where is_repeated) as failed_replays,
      bool_or(confirmed.at is null and coalesce(outcome, 'restored') = 'restored') as is_open,
      (array_agg(outcome order by coalesce(decided.at, confirmed.at) desc nulls last))[1] as outcome,
      (array_agg(confirmed.at is not null or (needs_no_confirmation and outcome = 'replayed')
        order by coalesce(decided.at, confirmed.at) desc nulls last))[1] as is_confirmed,
      greatest(max(last_failed_at), max(decided.at), max(confirmed.at)) as decided_at,
      (
        select replay.at from replay_item join replay on replay.id = replay_item.replay_id
        where replay_item.failure_id = failing.failure_id and replay_item.state = 'waiting'
      ) as requested_at
    from failing left join decided using (failure_id, failing) left join confirmed using (failure_id, failing)
    group by failure_id
  ),
  waiting as (
    select *, is_open and requested_at is not null as is_waiting from derived
  ),
  stated as (
    select *, sent + is_waiting::int as replays,
      case when is_waiting then greatest(decided_at, requested_at) else decided_at end as changed_at,
      case
      when is_waiting then 'replayRequested'
      when is_open then 'unresolved'
      when outcome = 'discarded' then 'archived'
      when is_confirmed then 'resolved'
      else 'replayRequested'
    end as state
    from waiting
  )
  update failure set state = stated.state, first_failed_at = stated.first_failed_at, last_failed_at = stated.last_failed_at,
    replays = stated.replays, failed_replays = stated.failed_replays, changed_at = stated.changed_at
  from stated where failure.id = stated.failure_id and (
    failure.state, failure.first_failed_at, failure.last_failed_at, failure.replays, failure.failed_replays, failure.changed_at
  ) is distinct from (
    stated.state, stated.first_failed_at, stated.last_failed_at, stated.replays, stated.failed_replays, stated.changed_at
  )`

// An edited message is another one: the letter that it may become is of another failure, and the first one stays archived.
const countReplays = `
  with sent as (
    select item.replay_id, failure.id,
      failure.state = 'resolved' or edit.replay_id is not null and exists (
        select from confirmation where confirmation.endpoint = failure.endpoint and confirmation.replay_of = any(item.positions)
      ) as is_resolved,
      exists (
        select from letter
        where letter.failure_id = coalesce(edit.becomes, failure.id) and letter.replay_of = any(item.positions)
      ) as is_failed
    from replay_item as item join failure on failure.id = item.failure_id left join edit on edit.replay_id = item.replay_id
    where failure.id = any($1) and item.state = 'sent'
  ),
  settled as (
    update replay_item as item set state = case when is_resolved then 'resolved' else 'failed' end
    from sent
    where sent.id = item.failure_id and sent.replay_id = item.replay_id and item.state = 'sent' and (is_resolved or is_failed)
    returning item.replay_id, item.state
  ),
  counted as (
    select replay_id, count(*) filter (where state = 'resolved') as resolved, count(*) filter (where state = 'failed') as failed
    from settled group by replay_id
  )
  update replay set resolved = replay.resolved + counted.resolved, failed = replay.failed + counted.failed
  from counted where replay.id = counted.replay_id
  returning replay.id, replay.state, replay.total, replay.sent, replay.resolved, replay.failed`
