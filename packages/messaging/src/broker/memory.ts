import type { Broker, BrokerAdmin, BrokerRecord, Position } from './port.ts'
import { BrokerUnavailable, GroupIsRunning } from './port.ts'
import { memoryGroup, type Group } from './memory/group.ts'
import { memoryMember, type Member } from './memory/member.ts'
import { memoryTopics, type Topics } from './memory/topics.ts'

/** What can go wrong with a broker, at a test's word. */
export interface Faults {
  /** The next publish throws BrokerUnavailable, and its records are not there (`lost`) or are there (`unanswered`). */
  failNextPublish(how: 'lost' | 'unanswered'): void
  /** The next publish appends everything twice, as a producer does that lost an answer and tried again. */
  duplicateNextPublish(): void
  /** The next commit of any group does not happen. */
  failNextCommit(): void
  /** All members of the group are given their partitions anew: what they have not committed comes again. */
  rebalance(group: string): void
}

export interface MemoryBroker extends Broker {
  readonly faults: Faults
}

/**
 * A broker within the process, with Kafka's semantics as far as the port goes. Delivers asynchronously, in an order that
 * follows from the order of the calls alone. With `partitions`, topics come into being when first used; without, only
 * `admin.createTopics` makes them.
 */
export function memoryBroker({ partitions }: { readonly partitions?: number } = {}): MemoryBroker {
  const topics = memoryTopics(partitions)
  const groups = new Map<string, Group>()
  const members = new Set<Member>()
  const planned = { publish: [] as ('lost' | 'unanswered' | 'twice')[], commitFailures: 0 }

  const groupNamed = (name: string) => {
    const group = groups.get(name) ?? memoryGroup(topics)
    groups.set(name, group)
    return group
  }
  const commit = (group: Group, positions: readonly Position[]) => {
    if (planned.commitFailures > 0) {
      planned.commitFailures -= 1
      throw new BrokerUnavailable('A commit failed, as the test wished')
    }
    group.commit(positions)
  }
  return {
    publish: async (records) => {
      const fault = planned.publish.shift()
      if (fault !== 'lost') topics.append(records)
      if (fault === 'twice') topics.append(records)
      for (const member of members) member.wake()
      if (fault === 'lost' || fault === 'unanswered') throw new BrokerUnavailable('A publish failed, as the test wished')
    },
    subscribe: async ({ group: name, topics: subscribed, listener }) => {
      const group = groupNamed(name)
      const member = memoryMember({ group, topics, subscribed, listener, commit: (positions) => commit(group, positions) })
      members.add(member)
      await member.joined
      return {
        ...member,
        stop: async () => {
          await member.stop()
          members.delete(member)
        },
      }
    },
    admin: memoryAdmin(topics, groups, groupNamed),
    close: async () => {
      await Promise.all([...members].map((member) => member.stop()))
    },
    faults: {
      failNextPublish: (how) => void planned.publish.push(how),
      duplicateNextPublish: () => void planned.publish.push('twice'),
      failNextCommit: () => void (planned.commitFailures += 1),
      rebalance: (name) => groupNamed(name).rebalance(),
    },
  }
}

function memoryAdmin(topics: Topics, groups: ReadonlyMap<string, Group>, groupNamed: (name: string) => Group): BrokerAdmin {
  const numbers = (topic: string) => Array.from({ length: topics.partitions(topic) ?? 0 }, (_, partition) => partition)
  const offsets = (topic: string) =>
    numbers(topic).map((partition) => ({ partition, earliest: 0n, latest: topics.end({ topic, partition }) }))
  return {
    topics: async () => topics.names(),
    partitions: async (names) =>
      new Map(names.filter((name) => topics.names().includes(name)).map((name) => [name, numbers(name).length])),
    createTopics: async (specs) => {
      const created = specs.filter((spec) => topics.create(spec)).map(({ topic }) => topic)
      if (created.length > 0) for (const group of groups.values()) group.rebalance()
      return created
    },
    deleteTopics: async (names) => names.forEach((name) => topics.remove(name)),
    offsets: async (topic) => offsets(topic),
    committed: async (group, names) => {
      const partitions = names.flatMap((topic) => numbers(topic).map((partition) => ({ topic, partition })))
      return partitions.flatMap((partition) => {
        const offset = groups.get(group)?.position(partition)
        return offset === undefined ? [] : [{ ...partition, offset }]
      })
    },
    commit: async (name, positions) => {
      const group = groupNamed(name)
      if (group.running()) throw new GroupIsRunning(name)
      group.commit(positions)
    },
    read: (topic, { from = [] } = {}) => {
      const starts = new Map(
        from.filter((position) => position.topic === topic).map(({ partition, offset }) => [partition, offset]),
      )
      return readAll(
        topics,
        topic,
        offsets(topic).map(({ partition, latest }) => ({ partition, start: starts.get(partition) ?? 0n, end: latest })),
      )
    },
  }
}

async function* readAll(
  topics: Topics,
  topic: string,
  spans: readonly { partition: number; start: bigint; end: bigint }[],
): AsyncIterable<BrokerRecord> {
  for (const { partition, start, end } of spans) {
    yield* topics.read({ topic, partition }, start, Math.max(Number(end - start), 0))
  }
}
