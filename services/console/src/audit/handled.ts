import type { ClientBase } from 'pg'
import { type Names, routeOf } from './names.ts'
import type { Audit, HandledEntry } from '@petrel/messaging/operations'

interface Row {
  readonly audit: Audit
  readonly entry: HandledEntry
}

type Column = readonly [name: string, type: string, valueOf: (row: Row) => unknown]

const columns = ({ routes, instances }: Names): readonly Column[] => [
  ['at', 'timestamptz', ({ audit }) => time(audit.at)],
  ['sent_at', 'timestamptz', ({ entry }) => time(entry.sentAt)],
  ['started_at', 'timestamptz', ({ entry }) => time(entry.startedAt)],
  ['duration_us', 'bigint', ({ entry }) => entry.durationUs],
  ['record_offset', 'bigint', ({ entry }) => entry.offset],
  ['route', 'int', ({ audit, entry }) => routes.get(routeOf(audit, entry))],
  ['instance', 'int', ({ audit }) => instances.get(audit.instance)],
  ['partition', 'int', ({ entry }) => entry.partition],
  ['attempt', 'int', ({ entry }) => entry.attempt],
  ['outcome', 'handled_outcome', ({ entry }) => entry.outcome],
  ['message_id', 'text', ({ entry }) => text(entry.id)],
  ['conversation_id', 'text', ({ entry }) => text(entry.conversationId)],
  ['source', 'text', ({ entry }) => text(entry.source)],
  ['causation_id', 'text', ({ entry }) => text(entry.causationId)],
  ['key', 'text', ({ entry }) => text(entry.key)],
  ['trace_id', 'text', ({ entry }) => text(entry.traceId)],
  ['saga_id', 'text', ({ entry }) => text(entry.sagaId === entry.key ? null : entry.sagaId)],
  ['error_type', 'text', ({ entry }) => text(entry.errorType)],
  ['original', 'text', ({ entry }) => text(originalOf(entry))],
  ['replay_of', 'text', ({ entry }) => text(entry.replayOf)],
]

/** Writes down what was handled. @param first what is older is not kept, in milliseconds since the epoch */
export async function insertHandled(
  client: ClientBase,
  audits: readonly Audit[],
  { names, first, now }: { readonly names: Names; readonly first: number; readonly now: number },
): Promise<void> {
  const rows = audits
    .filter(({ at }) => at >= first)
    // A clock that is days ahead has no partition.
    .map((audit) => ({ ...audit, at: Math.min(audit.at, now) }))
    .flatMap((audit) => audit.messages.map((entry): Row => ({ audit, entry })))
  if (rows.length === 0) return
  const all = columns(names)
  await client.query({
    name: 'insert-handled',
    text: `insert into handled (${all.map(([name]) => name).join(', ')})
           select * from unnest(${all.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')})`,
    values: all.map(([, , valueOf]) => rows.map(valueOf)),
  })
}

/** As PostgreSQL reads it: pg writes a Date out in local time, which takes ten times as long. */
const time = (at: number) => new Date(at).toISOString()

/** PostgreSQL has no text with a zero byte, and a key from elsewhere may have one. */
const text = (value: string | null) => (value === null || !value.includes('\0') ? value : value.replaceAll('\0', '\u{FFFD}'))

const originalOf = ({ originalTopic, originalPartition, originalOffset }: HandledEntry) =>
  originalTopic === null ? null : `${originalTopic}/${originalPartition}/${originalOffset}`
