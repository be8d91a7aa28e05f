import type { Audit } from '@petrel/messaging/operations'
import type { ClientBase } from 'pg'
import { plainTime } from '../store/columns.ts'

/** A record of an audit topic. */
export interface AuditRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  /** When it was appended, in milliseconds since the epoch. */
  readonly timestamp: number
  readonly audit: Audit
}

interface Position {
  readonly topic: string
  readonly partition: number
  /** pg gives a bigint as text. */
  readonly next_offset: string
  readonly appended_at: Date
}

/**
 * Leaves out what is in the database, and moves positions behind the rest; to be called first in a transaction. Another console that
 * reads the same partitions waits here, and finds that there is nothing left to do.
 */
export async function takeNew(client: ClientBase, records: readonly AuditRecord[]): Promise<readonly AuditRecord[]> {
  const positions = new Map((await lock(client, records)).map((position) => [placeOf(position), position]))
  const fresh = [...Map.groupBy(records, placeOf)].flatMap(([place, own]) => newOf(own, positions.get(place)))
  if (fresh.length > 0) await move(client, fresh)
  return fresh
}

const placeOf = ({ topic, partition }: Pick<Position, 'topic' | 'partition'>) => `${topic}/${partition}`

/** A topic that was made anew begins at offset 0 again: its records are later than all of the former one. */
function newOf(records: readonly AuditRecord[], position: Position | undefined): readonly AuditRecord[] {
  if (position === undefined) return records
  const next = BigInt(position.next_offset)
  const isMadeAnew = ({ offset, timestamp }: AuditRecord) => offset < next && timestamp > position.appended_at.getTime()
  const anew = records.findIndex(isMadeAnew)
  return anew === -1 ? records.filter(({ offset }) => offset >= next) : records.slice(anew)
}

async function lock(client: ClientBase, records: readonly AuditRecord[]): Promise<Position[]> {
  const places = [records.map(({ topic }) => topic), records.map(({ partition }) => partition)]
  // A row that is not there cannot be locked: two who read a partition for the first time would both write it.
  await client.query(
    `insert into audit_position (topic, partition, next_offset, appended_at)
     select distinct topic, partition, 0, timestamptz 'epoch' from unnest($1::text[], $2::int[]) as place (topic, partition)
     order by topic, partition on conflict do nothing`,
    places,
  )
  const { rows } = await client.query<Position>(
    `select position.* from audit_position as position
     where (topic, partition) in (select * from unnest($1::text[], $2::int[]))
     order by topic, partition for update`,
    places,
  )
  return rows
}

async function move(client: ClientBase, fresh: readonly AuditRecord[]): Promise<void> {
  await client.query(
    `update audit_position as position
     set next_offset = read.next_offset, appended_at = greatest(position.appended_at, read.appended_at)
     from (
       select topic, partition, max(record_offset) + 1 as next_offset, max(at) as appended_at
       from unnest($1::text[], $2::int[], $3::bigint[], $4::timestamptz[]) as record (topic, partition, record_offset, at)
       group by topic, partition
     ) as read
     where position.topic = read.topic and position.partition = read.partition`,
    [
      fresh.map(({ topic }) => topic),
      fresh.map(({ partition }) => partition),
      fresh.map(({ offset }) => String(offset)),
      fresh.map(({ timestamp }) => plainTime(timestamp)),
    ],
  )
}
