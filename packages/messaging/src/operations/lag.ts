import type { BrokerAdmin, TopicPartition } from '../broker/port.ts'
import { mainGroup, retryGroup } from '../naming.ts'
import { readDeadLetters } from './deadLetters.ts'
import { endpointsWithDeadLetters } from './failures.ts'
import type { Infrastructure } from './infrastructure.ts'

/** How far a group has come in one partition. Offsets are decimal texts, so that they fit into JSON. */
export interface PartitionLag extends TopicPartition {
  /** Where the next record will be. */
  readonly end: string
  /** Where the group goes on. */
  readonly committed: string
  /** How many records wait. What a broker has deleted, because it was too old, does not count. */
  readonly lag: number
}

export interface GroupLag {
  readonly group: string
  readonly members: number
  readonly lag: number
  readonly partitions: readonly PartitionLag[]
}

/** What waits for an endpoint, and for a person. */
export interface EndpointLag {
  readonly endpoint: string
  /** The group for messages. */
  readonly main: GroupLag
  /** The group for what is tried again, postponed or replayed: some of it waits on purpose. */
  readonly retry: GroupLag
  readonly deadLetters: number
}

/**
 * The lag of every endpoint that is deployed under the prefix. Endpoints and what they read are found in Kafka: a
 * deployment has committed a position of each group in each partition. So no code of the endpoints is needed.
 * @throws BrokerUnavailable
 */
export async function readLag({ admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>): Promise<EndpointLag[]> {
  const endpoints = await endpointsWithDeadLetters({ admin, prefix })
  const topics = (await admin.topics()).filter((topic) => topic.startsWith(prefix))
  const groups = endpoints.flatMap((endpoint) => groupsOf(endpoint, prefix))
  const [members, ends] = [await admin.members(groups), endsOf(admin)]
  const ofGroup = async (group: string) => groupLag(group, members.get(group) ?? 0, await admin.committed(group, topics), ends)
  const found: EndpointLag[] = []
  for (const endpoint of endpoints) {
    const [main, retry] = await Promise.all(groupsOf(endpoint, prefix).map(ofGroup))
    const { open } = await readDeadLetters(endpoint, { admin, prefix })
    if (main !== undefined && retry !== undefined) found.push({ endpoint, main, retry, deadLetters: open.length })
  }
  return found
}

const groupsOf = (endpoint: string, prefix: string) => [mainGroup(endpoint), retryGroup(endpoint)].map((group) => prefix + group)

type Ends = (topic: string) => ReturnType<BrokerAdmin['offsets']>

/** Several groups read one topic: it is looked at once. */
function endsOf(admin: BrokerAdmin): Ends {
  const known = new Map<string, ReturnType<BrokerAdmin['offsets']>>()
  return (topic) => {
    const ends = known.get(topic) ?? admin.offsets(topic)
    known.set(topic, ends)
    return ends
  }
}

async function groupLag(
  group: string,
  members: number,
  positions: Awaited<ReturnType<BrokerAdmin['committed']>>,
  ends: Ends,
): Promise<GroupLag> {
  const partitions = await Promise.all(
    positions.map(async ({ topic, partition, offset }) => {
      const end = (await ends(topic)).find((each) => each.partition === partition)
      const { earliest, latest } = end ?? { earliest: offset, latest: offset }
      const next = offset > earliest ? offset : earliest
      return { topic, partition, end: String(latest), committed: String(offset), lag: Number(latest > next ? latest - next : 0n) }
    }),
  )
  return { group, members, lag: partitions.reduce((sum, { lag }) => sum + lag, 0), partitions }
}
