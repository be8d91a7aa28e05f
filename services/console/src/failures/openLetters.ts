import type { MarkedLetter } from '@petrel/messaging/operations'
import type { Pool } from 'pg'
import type { ForeignKind } from '../foreign/failed.ts'

/** A message, and what a decision about it has to name. */
export interface OpenLetter extends MarkedLetter {
  readonly failureId: string
  readonly endpoint: string
  readonly markNames: readonly string[]
  readonly foreign: ForeignKind | null
}

interface OpenRow {
  readonly id: string
  readonly endpoint: string
  readonly source: string
  readonly identity: string
  readonly message_id: string
  readonly positions: string[]
  readonly mark_names: string[]
  readonly foreign_kind: ForeignKind | null
}

/** Those of the failures of which a failing is open. */
export const openLetters = (pool: Pool, ids: readonly string[]): Promise<OpenLetter[]> => lettersDecided(pool, ids, ['restored'])

/** Those that somebody has archived, by what was archived of them. */
export const archivedLetters = (pool: Pool, ids: readonly string[]): Promise<OpenLetter[]> =>
  lettersDecided(pool, ids, ['discarded'])

async function lettersDecided(pool: Pool, ids: readonly string[], outcomes: readonly string[]): Promise<OpenLetter[]> {
  const { rows } = await pool.query<OpenRow>(failingsDecided, [ids, outcomes])
  return rows.map(({ id, endpoint, source, identity, message_id, positions, mark_names, foreign_kind }) => ({
    failureId: id,
    endpoint,
    identity: { source, id: identity, formerId: message_id },
    positions,
    markNames: mark_names,
    foreign: foreign_kind,
  }))
}

// What nobody has decided about is as if it were restored. A failing is named by the place of its first copy; see deadLetters.ts of the library.
const failingsDecided = `
  with own as (
    select failure_id, failing, place, first_place, partition, kafka_offset, failed_at, mark_names from letter where failure_id = any($1)
  ),
  failing as (
    select failure_id, failing, (array_agg(first_place order by partition, kafka_offset))[1] as position, min(failed_at) as failed_at,
      bool_or(exists (
        select from confirmation join failure on failure.id = own.failure_id and failure.endpoint = confirmation.endpoint
        where confirmation.replay_of = any(array[own.place, own.first_place])
      )) as is_confirmed
    from own group by failure_id, failing
  ),
  decided as (
    select failure_id, failing, (array_agg(outcome order by mark.kafka_offset desc nulls first, mark.at desc))[1] as outcome
    from own join mark on mark.position = any(array[own.place, own.first_place]) and mark.name = any(own.mark_names) group by failure_id, failing
  ),
  wanted as (
    select failure_id, array_agg(position order by failed_at, position) as positions
    from failing left join decided using (failure_id, failing)
    where not is_confirmed and coalesce(outcome, 'restored') = any($2) group by failure_id
  )
  select failure.id, endpoint, source, identity, message_id, positions, letter.mark_names, foreign_kind
  from wanted join failure on failure.id = wanted.failure_id join letter on letter.place = failure.letter`
