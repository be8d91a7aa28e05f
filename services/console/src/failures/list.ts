import type { Pool } from 'pg'
import { z } from 'zod'
import { nextCursor } from '../http/paging.ts'
import { conditionOf, type Filter, type State } from './filter.ts'
import type { ForeignKind } from '../foreign/failed.ts'
import { asTsquery } from './words.ts'

/** A failure as lists have it. */
export interface Failure {
  readonly id: string
  readonly messageId: string
  readonly source: string
  readonly endpoint: string
  readonly type: string | null
  readonly key: string | null
  readonly conversationId: string
  readonly traceId: string | null
  readonly errorType: string
  /** Its beginning. */
  readonly errorMessage: string
  readonly frame: string | null
  readonly handler: string | null
  readonly attempts: number
  readonly replays: number
  readonly state: State
  readonly firstFailedAt: Date
  readonly lastFailedAt: Date
  readonly sentAt: Date
  readonly groupId: string
  readonly decodable: boolean
  readonly foreign: ForeignKind | null
}

export const failureFields = `id, message_id as "messageId", source, endpoint, type, key, conversation_id as "conversationId",
  trace_id as "traceId", error_type as "errorType", error_message as "errorMessage", frame, handler, attempts, replays, state,
  first_failed_at as "firstFailedAt", last_failed_at as "lastFailedAt", sent_at as "sentAt", group_id as "groupId", decodable,
  foreign_kind as "foreign"`

const sortColumns = {
  lastFailedAt: ['last_failed_at', 'timestamptz'],
  firstFailedAt: ['first_failed_at', 'timestamptz'],
  sentAt: ['sent_at', 'timestamptz'],
  attempts: ['attempts', 'integer'],
  replays: ['replays', 'integer'],
  endpoint: ['endpoint', 'text'],
  errorType: ['error_type', 'text'],
} as const
type SortKey = keyof typeof sortColumns
const sortKeys = Object.keys(sortColumns) as SortKey[]

/** What a list can be sorted by; with a minus in front the other way round. */
export const sortQuery = z.enum(sortKeys.flatMap((key) => [key, `-${key}`] as const)).default('-lastFailedAt')

/** Where a page ends: the value that it is sorted by, and an id. */
export const failureCursor = z.tuple([z.string().max(1_000), z.uuid()])

interface ListRequest {
  readonly filter: Filter
  readonly sort: z.infer<typeof sortQuery>
  readonly limit: number
  readonly cursor?: readonly [value: string, id: string] | undefined
}

export interface FailurePage {
  readonly items: readonly Failure[]
  readonly next: string | null
}

type Row = Failure & { readonly place: string }

/** One page, from the cursor on. */
export async function listPage(pool: Pool, { filter, sort, limit, cursor }: ListRequest): Promise<FailurePage> {
  const isDown = sort.startsWith('-')
  const [column, type] = sortColumns[sort.replace('-', '') as SortKey]
  const [way, beyond] = isDown ? ['desc', '<'] : ['asc', '>']
  const { sql, values } = conditionOf(filter, [limit + 1])
  const after =
    cursor === undefined ? '' : `and (${column}, id) ${beyond} ($${values.length + 1}::${type}, $${values.length + 2}::uuid)`
  const { rows } = await pool.query<Row>(
    `select ${failureFields}, ${column}::text as place from failure where ${sql} ${after}
     order by ${column} ${way}, id ${way} limit $1`,
    [...values, ...(cursor ?? [])],
  )
  return {
    items: rows.slice(0, limit).map(withoutPlace),
    next: nextCursor(rows, limit, ({ place, id }) => [place, id]),
  }
}

function withoutPlace(row: Row): Failure {
  const { place: _, ...failure } = row
  return failure
}

export async function countFailures(pool: Pool, filter: Filter): Promise<number> {
  const query = wordsAlone(filter)
  const { sql, values } = conditionOf(filter)
  const { rows } = await (query === undefined
    ? pool.query<{ count: string }>(`select count(*) from failure where ${sql}`, [...values])
    : pool.query<{ count: string }>('select count(*) from failure_search where words @@ $1::tsquery', [query]))
  return Number(rows[0]?.count ?? 0)
}

/** What is looked for, when nothing else narrows the list: each failure has one row of words, and to join them takes three times as long. */
function wordsAlone({ q, ...others }: Filter): string | undefined {
  const isAlone = Object.values(others).every((value) => value === undefined)
  return isAlone && q !== undefined ? asTsquery(q) : undefined
}

/** How many wait for a person, by endpoint. */
export async function unresolvedByEndpoint(pool: Pool): Promise<{ endpoint: string; count: number }[]> {
  const { rows } = await pool.query<{ endpoint: string; count: number }>(
    `select endpoint, count(*)::int as count from failure where state = 'unresolved' group by endpoint order by endpoint`,
  )
  return rows
}

const exportPage = 1_000

/** All of them, a page at a time, the newest first. */
export async function* everyFailure(pool: Pool, filter: Filter): AsyncGenerator<Failure> {
  let cursor: z.infer<typeof failureCursor> | undefined
  do {
    const page: FailurePage = await listPage(pool, { filter, sort: '-lastFailedAt', limit: exportPage, cursor })
    yield* page.items
    cursor = page.next === null ? undefined : failureCursor.parse(JSON.parse(Buffer.from(page.next, 'base64url').toString()))
  } while (cursor !== undefined)
}
