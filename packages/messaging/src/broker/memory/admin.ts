import { durabilityWith } from '../durability.ts'
import { type BrokerAdmin, type BrokerRecord, GroupIsRunning } from '../port.ts'
import type { Group } from './group.ts'
import type { Topics } from './topics.ts'

export function memoryAdmin(topics: Topics, groups: Map<string, Group>, groupNamed: (name: string) => Group): BrokerAdmin {
  const existing = (names: readonly string[]) => names.filter((name) => topics.names().includes(name))
  const numbers = (topic: string) => Array.from({ length: topics.partitions(topic) ?? 0 }, (_, partition) => partition)
  const offsets = (topic: string) =>
    numbers(topic).map((partition) => ({
      partition,
      earliest: topics.begin({ topic, partition }),
      latest: topics.end({ topic, partition }),
    }))
  return {
    addresses: async () => [],
    topics: async () => topics.names(),
    partitions: async (names) => new Map(existing(names).map((name) => [name, numbers(name).length])),
    maxMessageBytes: async (names) => new Map(existing(names).map((name) => [name, topics.maxMessageBytes(name) ?? 0])),
    isCompacted: async (topic) => topics.isCompacted(topic),
    topicIds: async (names) => topicIds(topics, names),
    durability: async (names) => ({ brokers: 1, topics: new Map(existing(names).map((name) => [name, durabilityWith(1)])) }),
    createTopics: async (specs) => {
      const created = specs.filter((spec) => topics.create(spec)).map(({ topic }) => topic)
      if (created.length > 0) for (const group of groups.values()) group.rebalance()
      return created
    },
    deleteTopics: async (names) => {
      for (const name of names) {
        topics.remove(name)
        for (const group of groups.values()) group.forget(name)
      }
      if (names.length > 0) for (const group of groups.values()) group.rebalance()
    },
    deleteRecords: async (before) => before.forEach((position) => topics.deleteBefore(position)),
    offsets: async (topic) => offsets(topic),
    offsetsSince: async (topic, time) =>
      offsets(topic).map(({ partition, earliest, latest }) => {
        const { records } = topics.read({ topic, partition }, earliest, Number.POSITIVE_INFINITY)
        return { topic, partition, offset: records.find(({ timestamp }) => timestamp >= time)?.offset ?? latest }
      }),
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
    members: async (names) => new Map(names.map((name) => [name, groups.get(name)?.members() ?? 0])),
    deleteGroups: async (names) => {
      for (const name of names) if (groups.get(name)?.running() === true) throw new GroupIsRunning(name)
      return names.filter((name) => groups.delete(name))
    },
    overview: async (prefix) => ({
      brokers: 1,
      partitions: topics
        .names()
        .filter((topic) => topic.startsWith(prefix))
        .flatMap((topic) => offsets(topic).map((partition) => ({ topic, ...partition, underReplicated: false }))),
      groups: [...groups]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, group]) => ({ group: name, members: group.members(), positions: group.positions() })),
    }),
    appendedAt: async (positions) => positions.map((position) => topics.read(position, position.offset, 1).records[0]?.timestamp),
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

export const topicIds = (topics: Topics, names: readonly string[]): Map<string, string> =>
  new Map(names.flatMap((name) => (topics.id(name) === undefined ? [] : [[name, String(topics.id(name))] as const])))

async function* readAll(
  topics: Topics,
  topic: string,
  spans: readonly { partition: number; start: bigint; end: bigint }[],
): AsyncIterable<BrokerRecord> {
  for (const { partition, start, end } of spans) {
    const { records } = topics.read({ topic, partition }, start, Number.POSITIVE_INFINITY)
    yield* records.filter(({ offset }) => offset < end)
  }
}
