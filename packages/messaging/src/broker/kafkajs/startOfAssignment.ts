import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster } from 'kafkajs'
import { milliseconds } from '../../definition/duration.ts'
import type { Log } from '../../log.ts'
import { inboxMemory } from '../../retention.ts'
import { partitionKey } from '../commits.ts'
import type { KnownPosition, Position, SubscribeOptions, TopicPartition } from '../port.ts'
import type { ConsumerGroup } from './consumerHooks.ts'
import { isRefused } from './errors.ts'
import { topicIds } from './topicIds.ts'
import { kafkajsOffsets } from './topicPartitions.ts'

/** Where the partitions of an assignment begin, and begin again when the broker has nothing there. */
export interface StartOfAssignment {
  /** A new assignment: from now on nothing is fetched until it is known where to go on. */
  begin(member: ConsumerGroup, partitions: readonly TopicPartition[]): void
  /** Resolves when it is known, or after some milliseconds. @returns whether it is known */
  isOver(ms: number): Promise<boolean>
  delivered(partition: TopicPartition): void
  /** Goes on where the broker has something. @returns what was deleted before it was read */
  afterOutOfRange(member: ConsumerGroup, asked: Position): Promise<Lost | undefined>
  /** Whether one of the topics is gone since the assignment began, has come, or is another one now; false while that is not known. */
  isOutdated(this: void, topicIds: ReadonlyMap<string, string>): boolean
  /** The member has left: nothing is to be begun any more. */
  end(): void
}

export interface Lost {
  readonly offsets: number
  /** When the partition was last read, as far as it is known. */
  readonly since: Date | undefined
}

interface Options {
  readonly group: string
  readonly topics: readonly string[]
  readonly log: Log
  readonly goOnFrom: SubscribeOptions['goOnFrom']
}

const againAfterMs = 1_000

export function startOfAssignment({ group, topics, log, goOnFrom }: Options): StartOfAssignment {
  let ids: ReadonlyMap<string, string> = new Map()
  let current: Promise<void> | undefined
  const lastRead = new Map<string, Date>()
  /** Of each topic, as of the last assignment in which it was there. */
  const lastIds = new Map<string, string>()
  const isMadeAgain = ({ topic }: TopicPartition) => lastIds.has(topic) && ids.has(topic) && lastIds.get(topic) !== ids.get(topic)

  const find = async (member: ConsumerGroup, partitions: readonly TopicPartition[], isCurrent: () => boolean) => {
    ids = await topicIds(member.cluster, topics)
    const known = ofThese(partitions, (await goOnFrom?.(ids)) ?? [])
    const former = new Set(known.filter(({ isOfFormerTopic }) => isOfFormerTopic === true).map(partitionKey))
    const anew = partitions.filter((each) => isMadeAgain(each) || former.has(partitionKey(each)))
    const anewKeys = new Set(anew.map(partitionKey))
    const still = known.filter((position) => !anewKeys.has(partitionKey(position)))
    for (const position of still) lastRead.set(partitionKey(position), position.at)
    const committed = still.length === 0 ? new Map<string, bigint>() : await committedBy(member, still)
    if (!isCurrent()) return
    const ahead = still.filter((position) => position.offset > (committed.get(partitionKey(position)) ?? -1n))
    // What the group has committed there may be of the former topic.
    const begins = [...ahead, ...anew.map((each): Position => ({ ...each, offset: 0n }))]
    for (const { topic, partition, offset } of begins) goTo(member, { topic, partition, offset })
    for (const [topic, id] of ids) lastIds.set(topic, id)
    if (begins.length === 0) return
    if (ahead.length > 0)
      log.info(
        { group, positions: ahead.map(asText) },
        'the group has no position or an older one: the store says where to go on',
      )
    // For those who look at the lag. It is no harm when it fails: the next commit has it.
    await member.commitOffsets({ topics: kafkajsOffsets(begins) }).catch(() => {})
  }
  const findUntilKnown = async (member: ConsumerGroup, partitions: readonly TopicPartition[], isCurrent: () => boolean) => {
    while (isCurrent())
      try {
        return await find(member, partitions, isCurrent)
      } catch (error) {
        // Then fetches are refused as well, and say so.
        const level = isRefused(error) ? 'debug' : 'warn'
        if (isCurrent()) log[level]({ err: error, group }, 'cannot find out where the group goes on; it is tried again')
        await delay(againAfterMs, undefined, { ref: false })
      }
  }
  return {
    begin(member, partitions) {
      lastRead.clear()
      const begun: Promise<void> = Promise.resolve()
        .then(() => findUntilKnown(member, partitions, () => current === begun))
        .finally(() => {
          if (current === begun) current = undefined
        })
      current = begun
    },
    async isOver(ms) {
      if (current !== undefined) await Promise.race([current, delay(ms)])
      return current === undefined
    },
    isOutdated: (now) => current === undefined && topics.some((topic) => now.get(topic) !== ids.get(topic)),
    delivered: (partition) => void lastRead.set(partitionKey(partition), new Date()),
    async afterOutOfRange(member, asked) {
      const { cluster } = member
      const earliest = await offsetIn(cluster, asked, { fromBeginning: true })
      const latest = await offsetIn(cluster, asked, { fromBeginning: false })
      if (asked.offset < earliest) {
        const lost = { offsets: Number(earliest - asked.offset), since: lastRead.get(partitionKey(asked)) }
        log.error({ group, ...asText(asked), ...lost, from: String(earliest) }, 'records were deleted before they were read')
        goTo(member, { ...asked, offset: earliest })
        return lost
      }
      if (asked.offset <= latest) return undefined
      const isAnother = (await topicIds(cluster, [asked.topic])).get(asked.topic) !== ids.get(asked.topic)
      const from = isAnother ? earliest : await rememberedSince(cluster, asked, latest)
      log.error(
        { group, ...asText(asked), end: String(latest), from: String(from) },
        isAnother
          ? 'the topic was made again: it is read from its beginning'
          : 'the broker has lost records that were read: what it has of the time that the inbox remembers is read again',
      )
      goTo(member, { ...asked, offset: from })
      return undefined
    },
    end: () => {
      current = undefined
    },
  }
}

function ofThese(partitions: readonly TopicPartition[], known: readonly KnownPosition[]): KnownPosition[] {
  const wanted = new Set(partitions.map(partitionKey))
  return known.filter((position) => wanted.has(partitionKey(position)))
}

const goTo = (member: ConsumerGroup, { topic, partition, offset }: Position) =>
  member.resolveOffset({ topic, partition, offset: String(offset - 1n) })

const asText = ({ topic, partition, offset }: Position) => ({ topic, partition, offset: String(offset) })

async function committedBy(member: ConsumerGroup, partitions: readonly Position[]): Promise<Map<string, bigint>> {
  const { coordinator, groupId } = member
  if (coordinator === null) throw new Error('the group has no coordinator')
  const { responses } = (await coordinator.offsetFetch({ groupId, topics: kafkajsOffsets(partitions) })) as OffsetAnswer
  const all = responses.flatMap(({ topic, partitions: of }) => of.map((each) => ({ topic, ...each })))
  return new Map(all.map((each) => [partitionKey(each), BigInt(each.offset)]))
}

interface OffsetAnswer {
  readonly responses: readonly {
    readonly topic: string
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[]
  }[]
}

type Asked = { readonly fromBeginning: boolean } | { readonly fromTimestamp: number }

async function offsetIn(cluster: Cluster, { topic, partition }: TopicPartition, asked: Asked): Promise<bigint> {
  const [answer] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], ...asked }])
  const found = answer?.partitions[0]?.offset
  if (found === undefined) throw new Error(`nobody can say where ${topic}/${partition} begins and ends: it has no leader`)
  return BigInt(found)
}

/** What was appended earlier was read before; of the rest the inbox knows what was handled. */
async function rememberedSince(cluster: Cluster, partition: TopicPartition, latest: bigint): Promise<bigint> {
  const found = await offsetIn(cluster, partition, { fromTimestamp: Date.now() - milliseconds(inboxMemory) })
  return found < 0n ? latest : found
}
