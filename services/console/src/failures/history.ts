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

/** What letters, marks, confirmations and audits say, the oldest first. */
export async function historyOf(pool: Pool, failure: Failure): Promise<HistoryEntry[]> {
  const { rows } = await pool.query<HistoryEntry>(events, [failure.id, failure.endpoint, failure.source, failure.messageId])
  const sent: HistoryEntry = { at: failure.sentAt, what: 'sent', by: null, attempt: null, detail: null }
  return [sent, ...rows].toSorted((a, b) => a.at.getTime() - b.at.getTime())
}

// Copies of one failing are one; what was decided about several of them at once is one, too. Audits know of the tries before the
// message was given up, as long as they are kept; of one that was written down again after a crash the last counts.
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
  from confirmation join own on confirmation.replay_of = any(array[place, first_place]) where endpoint = $2
  union all
  (select distinct on (route, handled.partition, record_offset) at, 'failed', null, attempt, error_type
  from handled join audit_route on audit_route.number = route
  where endpoint = $2 and source = $3 and message_id = $4 and outcome = 'retried'
  order by route, handled.partition, record_offset, at desc)`
