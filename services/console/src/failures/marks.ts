import { type BrokerRecord, type MarkRecord, readMark, replayedTopic } from '@petrel/messaging/operations'
import type { PoolClient } from 'pg'
import type { TopicHandler } from '../reading/port.ts'
import { isOfEndpoint } from '../reading/topics.ts'
import { type Column, insertOf, plainText, plainTime } from '../store/columns.ts'
import { failuresAt, lockEndpoints, refreshFailures } from './refreshFailures.ts'

/** What a person has decided about a letter, whoever wrote it down: this console, or `petrel replay` and `petrel discard`. */
export interface EndpointMark extends MarkRecord {
  readonly endpoint: string
  /** Of the record; null before it was read. */
  readonly offset: bigint | null
}

const suffix = replayedTopic('')

/** Reads what people have decided. */
export const decisions = (prefix: string): TopicHandler => ({
  kind: 'replayed',
  wants: (topic) => isOfEndpoint(topic, suffix),
  prepare: async (records) => {
    const marks = records.flatMap((record) => markOf(record, prefix))
    return async ({ tx, changed }) => {
      if (marks.length === 0) return
      await lockEndpoints(
        tx,
        marks.map(({ endpoint }) => endpoint),
      )
      const failures = await failuresAbout(tx, await storeMarks(tx, marks))
      for (const change of await refreshFailures(tx, failures)) changed(change)
      for (const event of ['summary', 'groups', 'failures'] as const) changed({ event, data: {} })
    }
  },
})

function markOf(record: BrokerRecord, prefix: string): EndpointMark[] {
  const mark = readMark(record)
  return mark === undefined
    ? []
    : [{ ...mark, endpoint: record.topic.slice(prefix.length, -suffix.length), offset: record.offset }]
}

const columns: readonly Column<EndpointMark>[] = [
  ['position', 'text', ({ position }) => plainText(position)],
  ['outcome', 'text', ({ mark }) => mark.outcome],
  ['at', 'timestamptz', ({ mark }) => plainTime(Date.parse(mark.at))],
  ['by', 'text', ({ mark }) => plainText(mark.by)],
  ['reason', 'text', ({ mark: { reason } }) => (reason === undefined ? null : plainText(reason))],
  ['endpoint', 'text', ({ endpoint }) => endpoint],
  ['name', 'text', ({ name }) => plainText(name)],
  ['kafka_offset', 'bigint', ({ offset }) => offset],
]

/** @returns which of them are new here */
export async function storeMarks(tx: PoolClient, marks: readonly EndpointMark[]): Promise<StoredMark[]> {
  const once = new Map(marks.map((each) => [JSON.stringify([each.position, each.mark.at, each.mark.outcome]), each]))
  const { text, values } = insertOf('mark', columns, [...once.values()])
  const { rows } = await tx.query<StoredMark>(
    // Of a row that is new PostgreSQL has no transaction that has changed it.
    `${text} on conflict (position, at, outcome) do update set kafka_offset = coalesce(excluded.kafka_offset, mark.kafka_offset)
     returning position, xmax = 0 as "isNew"`,
    values,
  )
  return rows
}

/** The failures, as far as they are known already, of which something may follow. */
async function failuresAbout(tx: PoolClient, marks: readonly StoredMark[]): Promise<string[]> {
  const positions = (isNew: boolean) => marks.filter((mark) => mark.isNew === isNew).map(({ position }) => position)
  const changed = await failuresAt(tx, positions(true))
  return [...new Set([...changed, ...(await failuresWithMore(tx, positions(false)))])]
}

interface StoredMark {
  readonly position: string
  readonly isNew: boolean
}

/**
 * What this console decides it writes down here, and reads it from the topic a moment later: nothing follows from that unless there
 * is another mark or another letter, so that the order counts.
 */
async function failuresWithMore(tx: PoolClient, positions: readonly string[]): Promise<string[]> {
  if (positions.length === 0) return []
  const { rows } = await tx.query<{ failure_id: string }>(
    `select distinct failure_id from letter
     where (place = any($1) or (first_place = any($1) and first_place <> place)) and (
       (select count(*) from mark where position = any(array[letter.place, letter.first_place])) > 1
       or exists (select from letter as other where other.failure_id = letter.failure_id and other.place <> letter.place)
     )`,
    [positions],
  )
  return rows.map(({ failure_id }) => failure_id)
}
