import type { ClientBase, Pool } from 'pg'
import { partitionKey } from '../broker/commits.ts'
import type { BrokerAdmin } from '../broker/port.ts'
import type { SavedPosition } from '../store/port.ts'
import { positionsIn } from '../store/postgres/positions.ts'

/**
 * Where an endpoint's database says that a group goes on, by partition ({@link partitionKey}). Positions in a topic that was
 * made again since are left out: they say nothing about the new one.
 * @throws BrokerUnavailable; pg's error
 */
export async function storedPositions(
  database: Pool | ClientBase,
  group: string,
  admin: Pick<BrokerAdmin, 'topicIds'>,
): Promise<Map<string, SavedPosition>> {
  const saved = await positionsIn(database, group)
  const ids = await admin.topicIds([...new Set(saved.map(({ topic }) => topic))])
  return new Map(saved.filter(({ topic, topicId }) => ids.get(topic) === topicId).map((each) => [partitionKey(each), each]))
}
