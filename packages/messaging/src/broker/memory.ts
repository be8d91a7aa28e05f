import type { ForeignProducer, ForeignRecord } from './foreignProducer.ts'
import { memoryAdmin } from './memory/admin.ts'
import { memoryGroup, type Group } from './memory/group.ts'
import { memoryMember, type Member } from './memory/member.ts'
import { memoryTopics, type AppendOptions } from './memory/topics.ts'
import { type Broker, BrokerUnavailable, type OutgoingRecord, type Position } from './port.ts'

/** What a test can make go wrong. */
export interface Faults {
  /** The next publish throws BrokerUnavailable, and its records are not there (`lost`) or are there (`unanswered`). */
  failNextPublish(how: 'lost' | 'unanswered'): void
  /** The next publish appends everything twice, as a producer does that lost an answer and tried again. */
  duplicateNextPublish(): void
  /** The next commit of any group does not happen. */
  failNextCommit(): void
  /** All partitions of the group are assigned again: what its members have not committed comes again. */
  rebalance(group: string): void
  /**
   * The consumer of one member crashes: the member is out of its group, and others get its partitions.
   * @param member in the order in which they subscribed, from 0
   * @returns what brings it back
   */
  crashConsumer(group: string, member?: number): () => void
}

export interface MemoryBroker extends Broker {
  readonly faults: Faults
  /** How often records were appended or positions committed: as long as it stays the same, nothing has happened. */
  readonly changes: number
  readonly foreign: ForeignProducer
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
  let changes = 0

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
    changes += 1
  }
  const append = (records: readonly ForeignRecord[], options?: AppendOptions) => {
    topics.append(records as readonly (OutgoingRecord & ForeignRecord)[], options)
    changes += 1
    for (const member of members) member.wake()
  }
  return {
    publish: async (records) => {
      const fault = planned.publish.shift()
      if (fault !== 'lost') append(records)
      if (fault === 'twice') append(records)
      if (fault === 'lost' || fault === 'unanswered') throw new BrokerUnavailable('A publish failed, as the test wished')
    },
    subscribe: async ({ group: name, topics: subscribed, listener, goOnFrom }) => {
      const group = groupNamed(name)
      const committing = (positions: readonly Position[]) => commit(group, positions)
      const member = memoryMember({ group, topics, subscribed, listener, goOnFrom, commit: committing })
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
    get changes() {
      return changes
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
      crashConsumer: (name, index = 0) => {
        const member = [...members].filter(({ group }) => group === groupNamed(name))[index]
        if (member === undefined) throw new Error(`The group ${name} has no member ${index}`)
        member.crash()
        return () => member.rejoin()
      },
    },
    foreign: {
      publish: async (records) => append(records),
      transaction: async (records, outcome) => append(records, { transaction: outcome }),
    },
  }
}
