import type { Audit, HandledEntry } from '@petrel/messaging/operations'
import type { ClientBase } from 'pg'
import { type Column, insertOf, plainText, plainTime } from '../store/columns.ts'
import { type Names, routeOf } from './names.ts'

interface Row {
  readonly audit: Audit
  readonly entry: HandledEntry
}

const columns = ({ routes, instances }: Names): readonly Column<Row>[] => [
  ['at', 'timestamptz', ({ audit }) => plainTime(audit.at)],
  ['sent_at', 'timestamptz', ({ entry }) => plainTime(entry.sentAt)],
  ['started_at', 'timestamptz', ({ entry }) => plainTime(entry.startedAt)],
  ['duration_us', 'bigint', ({ entry }) => entry.durationUs],
  ['record_offset', 'bigint', ({ entry }) => entry.offset],
  ['route', 'integer', ({ audit, entry }) => routes.get(routeOf(audit, entry))],
  ['instance', 'integer', ({ audit }) => instances.get(audit.instance)],
  ['partition', 'integer', ({ entry }) => entry.partition],
  ['attempt', 'integer', ({ entry }) => entry.attempt],
  ['outcome', 'handled_outcome', ({ entry }) => entry.outcome],
  ['message_id', 'text', ({ entry }) => plainText(entry.id)],
  ['conversation_id', 'text', ({ entry }) => plainText(entry.conversationId)],
  ['source', 'text', ({ entry }) => plainText(entry.source)],
  ['causation_id', 'text', ({ entry }) => text(entry.causationId)],
  ['key', 'text', ({ entry }) => text(entry.key)],
  ['trace_id', 'text', ({ entry }) => text(entry.traceId)],
  ['saga_id', 'text', ({ entry }) => text(entry.sagaId === entry.key ? null : entry.sagaId)],
  ['error_type', 'text', ({ entry }) => text(entry.errorType)],
  ['original', 'text', ({ entry }) => text(originalOf(entry))],
  ['replay_of', 'text', ({ entry }) => text(entry.replayOf)],
  ['saga_step', 'json', ({ entry }) => entry.sagaStep],
]

/** Writes down what was handled. @param first what is older is not kept, in milliseconds since the epoch */
export async function insertHandled(
  tx: ClientBase,
  audits: readonly Audit[],
  { names, first, now }: { readonly names: Names; readonly first: number; readonly now: number },
): Promise<void> {
  const rows = audits
    .filter(({ at }) => at >= first)
    // A clock that is days ahead has no partition.
    .map((audit) => ({ ...audit, at: Math.min(audit.at, now) }))
    .flatMap((audit) => audit.messages.map((entry): Row => ({ audit, entry })))
  if (rows.length > 0) await tx.query({ name: 'insert-handled', ...insertOf('handled', columns(names), rows) })
}

const text = (value: string | null) => (value === null ? null : plainText(value))

const originalOf = ({ originalTopic, originalPartition, originalOffset }: HandledEntry) =>
  originalTopic === null ? null : `${originalTopic}/${originalPartition}/${originalOffset}`
