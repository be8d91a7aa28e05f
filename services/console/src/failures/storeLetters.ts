import type { PoolClient } from 'pg'
import { insertEvents } from '../events/insertEvents.ts'
import type { Batch } from '../reading/port.ts'
import {
  arrayParameter,
  type Column,
  type Insert,
  insertWriter,
  type InsertWriter,
  plainInteger,
  plainText,
  plainTime,
  textArray,
} from '../store/columns.ts'
import { newGroupEvents, openGroups } from './groupEvents.ts'
import type { IncomingLetter } from './incomingLetter.ts'
import { lockEndpoints, refreshFailures } from './refreshFailures.ts'

/** A body that is larger stays in Kafka only, and is read there when somebody wants it. */
const largestKeptValue = 256 * 1024
/** Of the error's text in lists. */
const shownMessage = 500

const text = (value: string | undefined | null): string | null =>
  value === undefined || value === null ? null : plainText(value)

const failureId = (row: IncomingLetter) => row.failureId
const attempts = ({ letter }: IncomingLetter) => plainInteger(letter.attempts)
const failedAt = (row: IncomingLetter) => row.failedAt
const errorType = ({ letter }: IncomingLetter) => text(letter.errorType)

const letterColumns: readonly Column<IncomingLetter>[] = [
  ['place', 'text', ({ letter }) => letter.place],
  ['first_place', 'text', ({ letter }) => plainText(letter.firstPlace)],
  ['failure_id', 'uuid', failureId],
  ['failing', 'uuid', ({ failing }) => failing],
  ['topic', 'text', ({ record }) => record.topic],
  ['partition', 'integer', ({ record }) => record.partition],
  ['kafka_offset', 'bigint', ({ record }) => record.offset],
  ['appended_at', 'timestamptz', ({ record }) => plainTime(record.timestamp)],
  ['replay_of', 'text', ({ letter }) => text(letter.replayOf)],
  ['refused_by', 'text', ({ letter }) => text(letter.refusedBy)],
  ['mark_names', 'text[]', ({ letter }) => textArray(letter.markNames)],
  ['attempts', 'integer', attempts],
  ['failed_at', 'timestamptz', failedAt],
  ['error_type', 'text', errorType],
  ['error_message', 'text', ({ letter }) => text(letter.errorMessage)],
  ['error_stack', 'text', ({ letter }) => text(letter.errorStack)],
  ['original_topic', 'text', ({ letter }) => text(letter.original.topic)],
  ['original_partition', 'bigint', ({ letter }) => letter.original.partition],
  ['original_offset', 'numeric', ({ letter }) => letter.original.offset],
  ['causation_id', 'text', ({ letter }) => text(letter.causationId)],
  ['key', 'bytea', ({ record }) => record.key],
  ['value', 'bytea', ({ record: { value } }) => (value === null || value.length > largestKeptValue ? null : value)],
  ['value_bytes', 'integer', ({ record: { value } }) => value?.length ?? null],
  ['headers', 'json', ({ headers }) => headers],
]

const failureColumns: readonly Column<IncomingLetter>[] = [
  ['id', 'uuid', failureId],
  ['endpoint', 'text', ({ letter }) => letter.endpoint],
  ['source', 'text', ({ letter }) => text(letter.identity.source)],
  ['identity', 'text', ({ letter }) => text(letter.identity.id)],
  ['message_id', 'text', ({ letter }) => text(letter.id)],
  ['type', 'text', ({ letter }) => text(letter.type)],
  ['key', 'text', ({ seen }) => text(seen.key)],
  ['conversation_id', 'text', ({ letter }) => text(letter.conversationId)],
  ['trace_id', 'text', ({ letter }) => text(letter.traceId)],
  ['handler', 'text', ({ letter }) => text(letter.handler)],
  ['error_type', 'text', errorType],
  ['error_message', 'text', ({ seen }) => text(seen.errorMessage.slice(0, shownMessage))],
  ['frame', 'text', ({ frame }) => text(frame)],
  ['group_id', 'uuid', ({ groupId }) => groupId],
  ['attempts', 'integer', attempts],
  ['decodable', 'boolean', ({ decodable }) => decodable],
  ['foreign_kind', 'text', ({ letter }) => letter.foreign],
  ['sent_at', 'timestamptz', ({ sentAt }) => sentAt],
  ['first_failed_at', 'timestamptz', failedAt],
  ['last_failed_at', 'timestamptz', failedAt],
  ['changed_at', 'timestamptz', failedAt],
  ['letter', 'text', ({ letter }) => letter.place],
]

const searchColumns: readonly Column<IncomingLetter>[] = [
  ['failure_id', 'uuid', failureId],
  ['words', 'tsvector', ({ words }) => words],
]

/** A letter that is read again is the same, unless its topic was deleted and made anew. */
const whenLetterIsThere = updating(letterColumns, 'place') + ' where letter.failing <> excluded.failing'
/** The newest letter is shown. */
const whenFailureIsThere =
  updating(failureColumns, 'id', ['first_failed_at', 'changed_at', 'sent_at', 'endpoint', 'source', 'identity', 'message_id']) +
  ' where failure.last_failed_at < excluded.last_failed_at'

function updating<Row>(columns: readonly Column<Row>[], key: string, kept: readonly string[] = []): string {
  const changed = columns.map(([name]) => name).filter((name) => name !== key && !kept.includes(name))
  return ` on conflict (${key}) do update set ${changed.map((name) => `${name} = excluded.${name}`).join(', ')}`
}

/** Letters as they are written. */
export interface LetterRows {
  readonly statements: readonly Insert[]
  readonly news: readonly LetterNews[]
  /** The newest of each failure among them. */
  readonly newest: readonly LetterNews[]
}

/** What is needed of a letter beside its rows. */
export interface LetterNews {
  readonly failureId: string
  readonly groupId: string
  readonly endpoint: string
  readonly place: string
  readonly firstPlace: string
  readonly isRepeated: boolean
  /** Milliseconds since the epoch. */
  readonly failedAt: number
  readonly errorType: string
  readonly errorMessage: string
  readonly frame: string | null
}

/** Takes letters, in the order in which they were read, and makes what PostgreSQL gets of them. */
export interface LetterWriter {
  add(letter: IncomingLetter): void
  take(): LetterRows
}

/** Every statement has each row once: PostgreSQL cannot write one twice. */
export function letterWriter(): LetterWriter {
  const letters = insertWriter('letter', letterColumns)
  const first = failureWriter()
  const failings = new Map<string, string>()
  /** Of a topic that was deleted and made anew: what is at a place where something else was. */
  const replaced = new Map<string, IncomingLetter>()
  const news: LetterNews[] = []
  const newest = new Map<string, LetterNews>()
  /** Those that are newer than what is in `first`: the newest of each message. */
  const again = new Map<string, IncomingLetter>()
  return {
    add(letter) {
      const own = newsOf(letter)
      news.push(own)
      const failing = failings.get(own.place)
      if (failing === undefined) letters.add(letter)
      else if (failing !== letter.failing) replaced.set(own.place, letter)
      failings.set(own.place, letter.failing)
      const known = newest.get(own.failureId)
      if (known === undefined) first.add(letter)
      else if (known.failedAt < own.failedAt) again.set(own.failureId, letter)
      else return
      newest.set(own.failureId, own)
    },
    take() {
      const laterLetters = insertWriter('letter', letterColumns)
      for (const letter of replaced.values()) laterLetters.add(letter)
      const later = failureWriter()
      for (const letter of again.values()) later.add(letter)
      return {
        statements: [
          ...statementOf(letters, whenLetterIsThere),
          ...statementOf(laterLetters, whenLetterIsThere),
          ...first.take(),
          ...later.take(),
        ],
        news,
        newest: [...newest.values()],
      }
    },
  }
}

function failureWriter() {
  const failures = insertWriter('failure', failureColumns)
  const search = insertWriter('failure_search', searchColumns)
  return {
    add(letter: IncomingLetter): void {
      failures.add(letter)
      search.add(letter)
    },
    take: (): Insert[] => [...statementOf(failures, whenFailureIsThere), ...statementOf(search, whenWordsAreThere)],
  }
}

const whenWordsAreThere = ' on conflict (failure_id) do update set words = excluded.words'

function statementOf(writer: InsertWriter<IncomingLetter>, whenThere: string): Insert[] {
  const insert = writer.take()
  return insert === undefined ? [] : [{ ...insert, text: insert.text + whenThere }]
}

const newsOf = ({ letter, failureId, groupId, frame, seen, failedAt }: IncomingLetter): LetterNews => ({
  failureId,
  groupId,
  endpoint: letter.endpoint,
  place: letter.place,
  firstPlace: plainText(letter.firstPlace),
  isRepeated: letter.replayOf !== undefined,
  failedAt: failedAt.getTime(),
  errorType: letter.errorType,
  errorMessage: seen.errorMessage,
  frame,
})

/**
 * Writes dead letters, and what follows for the messages that they are of. Again and again, in any order: the result is the same.
 * @param batch nothing about these endpoints was written in its transaction yet
 */
export async function storeLetters({ tx, changed }: Batch, { statements, news, newest }: LetterRows): Promise<void> {
  if (news.length === 0) return
  await lockEndpoints(
    tx,
    news.map(({ endpoint }) => endpoint),
  )
  const groups = [...new Set(newest.map(({ groupId }) => groupId))]
  const before = await openGroups(tx, groups)
  const more = await withMore(tx, news)
  for (const { text, values } of statements) await tx.query(text, values)
  for (const change of await refreshFailures(tx, more)) changed(change)
  const events = await insertEvents(tx, await newGroupEvents(tx, newest, before))
  if (events > 0) changed({ event: 'event', data: {} })
  for (const event of ['summary', 'groups', 'failures'] as const) changed({ event, data: {} })
}

/**
 * The failures of which more is known than one letter. Of the others, which are nearly all, nothing follows that is not
 * in their rows as they are written.
 */
async function withMore(tx: PoolClient, news: readonly LetterNews[]): Promise<string[]> {
  const { rows } = await tx.query<{ known: string }>(knownOf, [
    arrayParameter(
      'uuid',
      news.map(({ failureId }) => failureId),
    ),
    arrayParameter('text', [...new Set(news.flatMap(({ place, firstPlace }) => [place, firstPlace]))]),
    [...new Set(news.map(({ endpoint }) => endpoint))],
  ])
  const known = new Set(rows.map(({ known }) => known))
  const more = new Set<string>()
  for (const { failureId, place, firstPlace, isRepeated } of news) {
    if (isRepeated || [failureId, place, firstPlace].some((name) => known.has(name))) more.add(failureId)
    // Of the next letter in this batch.
    known.add(failureId)
  }
  return [...more]
}

// Failures that are there already, and letters about which something was said before they were read.
const knownOf = `
  select id::text as known from failure where id = any($1::uuid[])
  union all
  select position from mark where position = any($2::text[])
  union all
  select replay_of from confirmation where endpoint = any($3) and replay_of = any($2::text[])`
