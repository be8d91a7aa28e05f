import type { Pool } from 'pg'
import type { Failure } from './list.ts'

/** Something that happened to a message. */
export interface HistoryEntry {
  readonly at: Date
  readonly what: 'sent' | 'failed' | 'retried' | 'deadLettered' | 'replayed' | 'archived' | 'restored' | 'resolved' | 'edited'
  /** Who, where a person did it. */
  readonly by: string | null
  readonly attempt: number | null
  readonly detail: string | null
}

/** What letters, marks and confirmations say, the oldest first. */
export async function historyOf(pool: Pool, failure: Failure): Promise<HistoryEntry[]> {
  const { rows } = await pool.query<HistoryEntry>(events, [failure.id, failure.endpoint])
  const sent: HistoryEntry = { at: failure.sentAt, what: 'sent', by: null, attempt: null, detail: null }
  return [sent, ...rows].toSorted((a, b) => a.at.getTime() - b.at.getTime())
}

// Copies of one failing are one; what was decided about several of them at once is one, too.
const events = `
  with own as (select * from letter where failure_id = $1)
  (select distinct on (failing) failed_at as at, 'deadLettered' as what, null as by, attempts as attempt,
    error_type || ': ' || error_message as detail from own order by failing, failed_at)
  union all
  select distinct mark.at,
    case
      when exists (select from edit where edit.failure_id = $1 and mark.reason = 'Edited as ' || message_id) then 'edited'
      when outcome = 'replayed' then 'replayed'
      when outcome = 'discarded' then 'archived'
      else 'restored'
    end,
    mark.by, null::integer, reason
  from mark join own on position = any(array[place, first_place]) and name = any(mark_names)
  union all
  select confirmation.at, 'resolved', null, confirmation.attempt,
    case confirmation.outcome when 'duplicate' then 'It had been handled before.' end
  from confirmation join own on confirmation.replay_of = any(array[place, first_place]) where endpoint = $2`
