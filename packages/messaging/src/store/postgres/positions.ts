import type { ClientBase, Pool } from 'pg'
import type { GroupPosition, SavedPosition } from '../port.ts'
import { isStorableText } from './arrays.ts'
import { runAlone } from './connections.ts'

const columns = 'consumer_group, topic, topic_id, partition, next_offset, saved_at'
const selectPositions = { text: `select ${columns} from petrel_position where consumer_group = $1` }

interface PositionRow {
  readonly consumer_group: string
  readonly topic: string
  readonly topic_id: string
  readonly partition: number
  readonly next_offset: string
  readonly saved_at: Date
}

/** They are saved together with everything else that was decided: `saveParts.ts`. @throws StoreUnavailable */
export async function readPositions(pool: Pool, group: string): Promise<SavedPosition[]> {
  if (!isStorableText(group)) return []
  return (await runAlone<PositionRow>(pool, { ...selectPositions, values: [group] })).map(asPosition)
}

/** The same from outside a running endpoint. @throws pg's error */
export async function positionsIn(database: Pool | ClientBase, group: string): Promise<SavedPosition[]> {
  const { rows } = await database.query<PositionRow>(selectPositions.text, [group])
  return rows.map(asPosition)
}

/** Sets positions of an endpoint that does not run, also backwards: all or none. @throws pg's error */
export async function setPositions(database: Pool | ClientBase, positions: readonly GroupPosition[]): Promise<void> {
  const column = (name: keyof GroupPosition) => positions.map((position) => String(position[name]))
  await database.query(
    `insert into petrel_position (consumer_group, topic, topic_id, partition, next_offset)
    select * from unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[])
    on conflict (consumer_group, topic, partition)
    do update set topic_id = excluded.topic_id, next_offset = excluded.next_offset, saved_at = now()`,
    [column('group'), column('topic'), column('topicId'), column('partition'), column('offset')],
  )
}

const asPosition = (row: PositionRow): SavedPosition => ({
  group: row.consumer_group,
  topic: row.topic,
  topicId: row.topic_id,
  partition: row.partition,
  offset: BigInt(row.next_offset),
  savedAt: row.saved_at,
})
