import type { Pool } from 'pg'
import { conditionOf, type Filter, type Grouping, type State } from './filter.ts'

/** Failures that look like one fault, or have something else in common. */
export interface FailureGroup {
  readonly id: string
  readonly by: Grouping
  readonly title: string
  readonly errorType: string | null
  /** Of the newest. */
  readonly errorMessage: string
  readonly frame: string | null
  readonly endpoint: string | null
  readonly handler: string | null
  readonly type: string | null
  readonly count: number
  readonly states: Readonly<Record<State, number>>
  readonly firstFailedAt: Date
  readonly lastFailedAt: Date
  /** How many wait again after a replay. */
  readonly failedAgain: number
  readonly note: string | null
}

const mostGroups = 500

const ids: Readonly<Record<Grouping, string>> = {
  error: 'group_id::text',
  type: `'type:' || coalesce(type, '')`,
  endpoint: `'endpoint:' || endpoint`,
  errorType: `'errorType:' || error_type`,
}

interface GroupRow extends Omit<FailureGroup, 'by' | 'title' | 'states'> {
  readonly unresolved: number
  readonly replayRequested: number
  readonly resolved: number
  readonly archived: number
  readonly total: number
}

/** The largest group first. What its failures do not have in common is null. */
export async function listGroups(pool: Pool, by: Grouping, filter: Filter): Promise<{ items: FailureGroup[]; total: number }> {
  const { sql, values } = conditionOf(filter, [mostGroups])
  const { rows } = await pool.query<GroupRow>(
    `with grouped as (
       select ${ids[by]} as id, count(*)::int as count, min(first_failed_at) as "firstFailedAt", max(last_failed_at) as "lastFailedAt",
         count(*) filter (where state = 'unresolved')::int as unresolved,
         count(*) filter (where state = 'replayRequested')::int as "replayRequested",
         count(*) filter (where state = 'resolved')::int as resolved,
         count(*) filter (where state = 'archived')::int as archived,
         count(*) filter (where state = 'unresolved' and failed_replays > 0)::int as "failedAgain",
         ${['error_type', 'frame', 'endpoint', 'handler', 'type'].map(common).join(', ')},
         right(max(to_char(last_failed_at at time zone 'UTC', 'YYYYMMDDHH24MISSMS') || id), 36)::uuid as newest
       from failure where ${sql} group by 1
     ),
     largest as (select *, (count(*) over ())::int as total from grouped order by count desc, "lastFailedAt" desc, id limit $1)
     select largest.id, count, "firstFailedAt", "lastFailedAt", unresolved, "replayRequested", resolved, archived, "failedAgain",
       largest.error_type as "errorType", largest.frame, largest.endpoint, largest.handler, largest.type, total,
       error_message as "errorMessage", note.text as note
     from largest join failure on failure.id = newest left join group_note as note on note.group_id = largest.id
     order by count desc, "lastFailedAt" desc, largest.id`,
    [...values],
  )
  return { items: rows.map((row) => groupOf(by, row)), total: rows[0]?.total ?? 0 }
}

/** The value of a column, when all have the same. */
const common = (column: string) =>
  `case when min(${column}) = max(${column}) and count(${column}) = count(*) then min(${column}) end as ${column}`

function groupOf(by: Grouping, row: GroupRow): FailureGroup {
  const { unresolved, replayRequested, resolved, archived, total: _, id, ...rest } = row
  return { id, by, title: titleOf(by, row), ...rest, states: { unresolved, replayRequested, resolved, archived } }
}

function titleOf(by: Grouping, { errorType, frame, endpoint, type }: GroupRow): string {
  if (by === 'endpoint') return endpoint ?? ''
  if (by === 'type') return type ?? 'without a type'
  return by === 'errorType' || frame === null ? (errorType ?? '') : `${errorType} at ${frame}`
}
