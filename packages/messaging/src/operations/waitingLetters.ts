import type { PartitionOverview } from '../broker/port.ts'
import { dltTopic, replayedTopic } from '../naming.ts'
import { followDeadLetters } from './deadLetters.ts'
import type { Infrastructure } from './infrastructure.ts'

/** Where the topics of all endpoints end now. */
type Ends = readonly Pick<PartitionOverview, 'topic' | 'partition' | 'latest'>[]

interface Followed {
  readonly count: () => Promise<number>
  readonly ends: ReadonlyMap<string, bigint>
  readonly waiting: number
}

/**
 * How many messages wait for a person at each endpoint under the prefix, for whoever asks again and again. What has not grown
 * since the last time is not read; of what has grown, only what is new. A topic that is shorter than it was, or was gone meanwhile, is another topic.
 * @returns a function that takes where topics end, and gives endpoint → waiting messages. @throws BrokerUnavailable
 */
export function waitingLetters({ admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>) {
  const followed = new Map<string, Followed>()
  const look = async (endpoint: string, ends: ReadonlyMap<string, bigint>): Promise<number> => {
    const former = followed.get(endpoint)
    if (former !== undefined && isSame(former.ends, ends)) return former.waiting
    const isOther = former === undefined || isShorter(former.ends, ends)
    const count = isOther ? followDeadLetters(endpoint, { admin, prefix }) : former.count
    // A reading that fails leaves gaps, perhaps: then the next one begins again.
    followed.delete(endpoint)
    const waiting = await count()
    followed.set(endpoint, { count, ends, waiting })
    return waiting
  }
  return async (all: Ends): Promise<Map<string, number>> => {
    const endpoints = new Set(endpointsIn(all, prefix))
    for (const endpoint of followed.keys()) if (!endpoints.has(endpoint)) followed.delete(endpoint)
    const waiting = new Map<string, number>()
    for (const endpoint of endpoints) waiting.set(endpoint, await look(endpoint, endsOf(endpoint, all, prefix)))
    return waiting
  }
}

/** Those that have both topics: an endpoint is being deployed while it has one of them. */
function endpointsIn(ends: Ends, prefix: string): string[] {
  const topics = new Set(ends.map(({ topic }) => topic))
  const suffix = dltTopic('')
  return [...topics]
    .filter((topic) => topic.startsWith(prefix) && topic.endsWith(suffix))
    .map((topic) => topic.slice(prefix.length, -suffix.length))
    .filter((endpoint) => topics.has(prefix + replayedTopic(endpoint)))
}

function endsOf(endpoint: string, ends: Ends, prefix: string): Map<string, bigint> {
  const topics = new Set([dltTopic(endpoint), replayedTopic(endpoint)].map((topic) => prefix + topic))
  const own = ends.filter(({ topic }) => topics.has(topic))
  return new Map(own.map(({ topic, partition, latest }) => [`${topic}/${partition}`, latest]))
}

const isSame = (former: ReadonlyMap<string, bigint>, ends: ReadonlyMap<string, bigint>) =>
  former.size === ends.size && [...ends].every(([key, latest]) => former.get(key) === latest)

const isShorter = (former: ReadonlyMap<string, bigint>, ends: ReadonlyMap<string, bigint>) =>
  [...former].some(([key, latest]) => (ends.get(key) ?? 0n) < latest)
