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

/** The column that they have in common, and a group's id made of it. */
const keys: Readonly<Record<Grouping, readonly [column: string, id: string]>> = {
  error: ['group_id', 'key::text'],
  type: ['type', `'type:' || coalesce(key, '')`],
  endpoint: ['endpoint', `'endpoint:' || key`],
  errorType: ['error_type', `'errorType:' || key`],
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
  const [column, id] = keys[by]
  const { rows } = await pool.query<GroupRow>(
    `with grouped as (
       select ${column} as key, count(*)::int as count, min(first_failed_at) as "firstFailedAt", max(last_failed_at) as "lastFailedAt",
         count(*) filter (where state = 'unresolved')::int as unresolved,
         count(*) filter (where state = 'replayRequested')::int as "replayRequested",
         count(*) filter (where state = 'resolved')::int as resolved,
         count(*) filter (where state = 'archived')::int as archived,
         count(*) filter (where state = 'unresolved' and failed_replays > 0)::int as "failedAgain",
         ${['error_type', 'frame', 'endpoint', 'handler', 'type'].map(common).join(', ')}
       from failure where ${sql} group by ${column}
     ),
     largest as (
       select *, ${id} as group_name, (count(*) over ())::int as total from grouped order by count desc, "lastFailedAt" desc, key limit $1
     )
     select group_name as id, count, "firstFailedAt", "lastFailedAt", unresolved, "replayRequested", resolved, archived, "failedAgain",
       largest.error_type as "errorType", largest.frame, largest.endpoint, largest.handler, largest.type, total,
       newest.error_message as "errorMessage", note.text as note
     from largest
       cross join lateral (
         select error_message from failure
         where last_failed_at = largest."lastFailedAt" and ${column} is not distinct from largest.key and ${sql} limit 1
       ) as newest
       left join group_note as note on note.group_id = group_name
     order by count desc, "lastFailedAt" desc, key`,
    [...values],
  )
  return { items: rows.map((row) => groupOf(by, row)), total: rows[0]?.total ?? 0 }
}

/** The value of a column, when all have the same. Bytes are compared: the order of a language takes ten times as long. */
const common = (column: string) =>
  `case when min(${column} collate "C") = max(${column} collate "C") and count(${column}) = count(*)
     then min(${column} collate "C") end as ${column}`

function groupOf(by: Grouping, row: GroupRow): FailureGroup {
  const { unresolved, replayRequested, resolved, archived, total: _, id, ...rest } = row
  return { id, by, title: titleOf(by, row), ...rest, states: { unresolved, replayRequested, resolved, archived } }
}

function titleOf(by: Grouping, { errorType, frame, endpoint, type }: GroupRow): string {
  if (by === 'endpoint') return endpoint ?? ''
  if (by === 'type') return type ?? 'without a type'
  return by === 'errorType' || frame === null ? (errorType ?? '') : `${errorType} at ${frame}`
}
