import { z } from 'zod'
import { plainText, plainTime } from '../store/columns.ts'
import { asTsquery } from './words.ts'

export const states = ['unresolved', 'replayRequested', 'resolved', 'archived'] as const
export type State = (typeof states)[number]

/** By what failures are put together. */
export const groupings = ['error', 'type', 'endpoint', 'errorType'] as const
export type Grouping = (typeof groupings)[number]

/** PostgreSQL knows fewer time zones than ISO 8601 has. */
const isoTime = z.iso
  .datetime({ offset: true, error: 'is a time in ISO 8601, for example 2026-01-02T03:04:05Z' })
  .transform((time) => plainTime(Date.parse(time)).toISOString())
const text = z.string().max(1_000).transform(plainText)
const statesList = z
  .string()
  .transform((list) => list.split(','))
  .pipe(z.array(z.enum(states)).min(1))

/** What a list of failures may be narrowed by. */
export const filterShape = {
  endpoint: text.optional(),
  type: text.optional(),
  /** One state, or several with commas between them. */
  state: statesList.optional(),
  errorType: text.optional(),
  q: text.optional(),
  from: isoTime.optional(),
  to: isoTime.optional(),
}

/** A group's id says what kind it is of. */
export const groupRef = z.union(
  [
    z.uuid(),
    z
      .string()
      .regex(/^(?:type|endpoint|errorType):/)
      .transform(plainText),
  ],
  {
    error: 'is the id of a group, as GET /api/groups has it',
  },
)

export interface Filter {
  readonly endpoint?: string | undefined
  readonly type?: string | undefined
  readonly state?: readonly State[] | undefined
  readonly errorType?: string | undefined
  readonly q?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly group?: string | undefined
  readonly ids?: readonly string[] | undefined
}

/** A condition in SQL with its values. */
export interface Condition {
  readonly sql: string
  readonly values: readonly unknown[]
}

/** Failures that fit all of it. The values come after those that a statement has already. */
export function conditionOf(filter: Filter, before: readonly unknown[] = []): Condition {
  const values: unknown[] = [...before]
  const parts: string[] = []
  const add = (sql: (place: string) => string, value: unknown) => {
    values.push(value)
    parts.push(sql(`$${values.length}`))
  }
  if (filter.endpoint !== undefined) add((place) => `endpoint = ${place}`, filter.endpoint)
  if (filter.type !== undefined) add((place) => `type = ${place}`, filter.type)
  if (filter.state !== undefined) add((place) => `state = any(${place})`, filter.state)
  if (filter.errorType !== undefined) add((place) => `error_type = ${place}`, filter.errorType)
  if (filter.from !== undefined) add((place) => `last_failed_at >= ${place}::timestamptz`, filter.from)
  if (filter.to !== undefined) add((place) => `last_failed_at < ${place}::timestamptz`, filter.to)
  if (filter.ids !== undefined) add((place) => `id = any(${place}::uuid[])`, filter.ids)
  const query = filter.q === undefined ? undefined : asTsquery(filter.q)
  if (query !== undefined) add((place) => `id in (select failure_id from failure_search where words @@ ${place}::tsquery)`, query)
  if (filter.group !== undefined) add(...groupCondition(filter.group))
  return { sql: parts.length === 0 ? 'true' : parts.join(' and '), values }
}

const columns: Readonly<Record<string, string>> = { type: 'type', endpoint: 'endpoint', errorType: 'error_type' }

function groupCondition(group: string): [(place: string) => string, string] {
  const [, kind = '', name = ''] = /^(type|endpoint|errorType):(.*)$/s.exec(group) ?? []
  const column = columns[kind]
  if (column === undefined) return [(place) => `group_id = ${place}::uuid`, group]
  // A message without a type is in the group of none.
  return [(place) => `coalesce(${column}, '') = ${place}`, name]
}
