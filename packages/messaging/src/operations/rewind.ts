import type { Pool } from 'pg'
import { partitionKey } from '../broker/commits.ts'
import { type BrokerAdmin, GroupIsRunning, type Position } from '../broker/port.ts'
import { openEnvelope } from '../engine/envelope.ts'
import type { MessageIdentity } from '../identity.ts'
import { mainGroup, retryGroup } from '../naming.ts'
import { Inbox } from '../store/postgres/inbox.ts'
import { setPositions } from '../store/postgres/positions.ts'
import type { Infrastructure } from './infrastructure.ts'
import { storedPositions } from './storedPositions.ts'

export interface RewindRequest {
  readonly endpoint: string
  /** Records that were appended since then are read again: milliseconds since the epoch, 0 for all that the topics have. */
  readonly since: number
  /** Default: all that the endpoint subscribes to. */
  readonly topics?: readonly string[]
}

/** What a rewind does in one topic. */
export interface RewoundTopic {
  readonly topic: string
  /** Records that are read again. */
  readonly records: number
  /** Those of them that the inbox still knows: they are dropped. The others are handled again. */
  readonly known: number
}

export interface RewindPlan {
  readonly group: string
  readonly topics: readonly RewoundTopic[]
  /** Where each partition goes on then; only those that go back. */
  readonly positions: readonly Position[]
}

type RewindInfrastructure = Pick<Infrastructure, 'admin' | 'prefix'> & {
  /** The endpoint's own. */
  readonly database: Pool
}

/**
 * What a rewind would do. Every record that is to be read again is read for it, and looked up in the inbox.
 * @throws GroupIsRunning when the endpoint runs; BrokerUnavailable, StoreUnavailable; pg's error
 */
export async function planRewind(
  { endpoint, since, topics }: RewindRequest,
  { admin, prefix, database }: RewindInfrastructure,
): Promise<RewindPlan> {
  await refuseRunning(endpoint, { admin, prefix })
  const group = prefix + mainGroup(endpoint)
  const present = await presentPositions(group, { admin, prefix, database })
  const wanted = topics === undefined ? present : present.filter(({ topic }) => topics.includes(topic))
  const planned: { topic: string; positions: Position[]; found: RewoundTopic }[] = []
  for (const [topic, ends] of Map.groupBy(wanted, (position) => position.topic)) {
    const begins = new Map((await admin.offsetsSince(topic, since)).map((begin) => [begin.partition, begin]))
    const spans = ends.flatMap((end) => {
      const begin = begins.get(end.partition)
      return begin !== undefined && begin.offset < end.offset ? [{ begin, end }] : []
    })
    const found = await countKnown(topic, spans, admin, new Inbox(database))
    if (spans.length > 0) planned.push({ topic, positions: spans.map(({ begin }) => begin), found })
  }
  return { group, topics: planned.map(({ found }) => found), positions: planned.flatMap(({ positions }) => positions) }
}

/**
 * Moves the group back, in Kafka and in the endpoint's database: with one of them alone, the endpoint would go on where the
 * other is. When it is interrupted, run it again.
 * @throws GroupIsRunning when the endpoint runs: then nothing has changed
 */
export async function rewind(
  { group, positions }: RewindPlan,
  { admin, database }: Omit<RewindInfrastructure, 'prefix'>,
): Promise<void> {
  const ids = await admin.topicIds([...new Set(positions.map(({ topic }) => topic))])
  await admin.commit(group, positions)
  await setPositions(
    database,
    positions.map((position) => ({ ...position, group, topicId: ids.get(position.topic) ?? '' })),
  )
}

async function refuseRunning(endpoint: string, { admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>): Promise<void> {
  const members = await admin.members([mainGroup(endpoint), retryGroup(endpoint)].map((group) => prefix + group))
  for (const [group, count] of members) if (count > 0) throw new GroupIsRunning(group)
}

/** Where the group would go on: the further one of Kafka's position and the database's. */
async function presentPositions(group: string, { admin, prefix, database }: RewindInfrastructure): Promise<Position[]> {
  const topics = (await admin.topics()).filter((topic) => topic.startsWith(prefix))
  const positions = new Map<string, Position>(await storedPositions(database, group, admin))
  for (const committed of await admin.committed(group, topics)) {
    const key = partitionKey(committed)
    if (committed.offset >= (positions.get(key)?.offset ?? -1n)) positions.set(key, committed)
  }
  return [...positions.values()]
}

interface Span {
  readonly begin: Position
  /** The first that is not read again. */
  readonly end: Position
}

const lookedUpAtOnce = 1_000

async function countKnown(
  topic: string,
  spans: readonly Span[],
  admin: Pick<BrokerAdmin, 'read' | 'offsets'>,
  inbox: Inbox,
): Promise<RewoundTopic> {
  const ends = new Map(spans.map(({ end }) => [end.partition, end.offset]))
  const begins = new Map(spans.map(({ begin }) => [begin.partition, begin.offset]))
  // A partition that does not go back begins at its end: nothing of it is read.
  const from = (await admin.offsets(topic)).map(({ partition, latest }) => ({
    topic,
    partition,
    offset: begins.get(partition) ?? latest,
  }))
  let [records, known] = [0, 0]
  let page: MessageIdentity[] = []
  const lookUp = async () => {
    known += (await inbox.handled(page)).size
    page = []
  }
  for await (const record of admin.read(topic, { from })) {
    if (record.offset >= (ends.get(record.partition) ?? 0n)) continue
    records += 1
    if (page.push(openEnvelope(record).identity) >= lookedUpAtOnce) await lookUp()
  }
  await lookUp()
  return { topic, records, known }
}
