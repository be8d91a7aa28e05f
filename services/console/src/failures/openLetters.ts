import type { MarkedLetter } from '@petrel/messaging/operations'
import type { Pool } from 'pg'
import type { ForeignKind } from '../foreign/failed.ts'

/** A message, and what a decision about it has to name. */
export interface OpenLetter extends MarkedLetter {
  readonly failureId: string
  readonly endpoint: string
  /** Of its newest letter. */
  readonly markName: string
  readonly foreign: ForeignKind | null
}

interface OpenRow {
  readonly id: string
  readonly endpoint: string
  readonly source: string
  readonly identity: string
  readonly message_id: string
  readonly positions: string[]
  readonly mark_name: string
  readonly foreign_kind: ForeignKind | null
}

/** Those of the failures of which a failing is open. */
export const openLetters = (pool: Pool, ids: readonly string[]): Promise<OpenLetter[]> => lettersDecided(pool, ids, ['restored'])

/** Those that somebody has archived, by what was archived of them. */
export const archivedLetters = (pool: Pool, ids: readonly string[]): Promise<OpenLetter[]> =>
  lettersDecided(pool, ids, ['discarded'])

async function lettersDecided(pool: Pool, ids: readonly string[], outcomes: readonly string[]): Promise<OpenLetter[]> {
  const { rows } = await pool.query<OpenRow>(failingsDecided, [ids, outcomes])
  return rows.map(({ id, endpoint, source, identity, message_id, positions, mark_name, foreign_kind }) => ({
    failureId: id,
    endpoint,
    identity: { source, id: identity, formerId: message_id },
    positions,
    markName: mark_name,
    foreign: foreign_kind,
  }))
}

// What nobody has decided about is as if it were restored. A failing is named by the place of its first copy; see deadLetters.ts of the library.
const failingsDecided = `
  with own as materialized (
    select letter.failure_id, failing, endpoint, place, first_place, partition, kafka_offset, failed_at, mark_names,
      place = failure.letter as is_newest
    from failure join letter on letter.failure_id = failure.id where failure.id = any($1)
  ),
  failing as (
    select failure_id, failing, (array_agg(first_place order by partition, kafka_offset))[1] as position, min(failed_at) as failed_at,
      max(mark_names[1]) filter (where is_newest) as mark_name,
      bool_or(exists (
        select from confirmation
        where confirmation.endpoint = own.endpoint and confirmation.replay_of = any(array[own.place, own.first_place])
      )) as is_confirmed
    from own group by failure_id, failing
  ),
  decided as (
    select failure_id, failing, (array_agg(outcome order by mark.kafka_offset desc nulls first, mark.at desc))[1] as outcome
    from own join mark on mark.position = any(array[own.place, own.first_place]) and mark.name = any(own.mark_names) group by failure_id, failing
  ),
  wanted as (
    select failure_id, max(mark_name) as mark_name,
      array_agg(position order by failed_at, position)
        filter (where not is_confirmed and coalesce(outcome, 'restored') = any($2)) as positions
    from failing left join decided using (failure_id, failing) group by failure_id
  )
  select id, endpoint, source, identity, message_id, positions, mark_name, foreign_kind
  from wanted join failure on failure.id = wanted.failure_id where positions is not null and mark_name is not null`
