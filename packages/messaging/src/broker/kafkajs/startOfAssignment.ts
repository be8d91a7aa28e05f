import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster } from 'kafkajs'
import { milliseconds } from '../../definition/duration.ts'
import type { Log } from '../../log.ts'
import { inboxMemory } from '../../retention.ts'
import { partitionKey } from '../commits.ts'
import type { KnownPosition, Position, SubscribeOptions, TopicPartition } from '../port.ts'
import type { ConsumerGroup } from './consumerHooks.ts'
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

  const find = async (member: ConsumerGroup, partitions: readonly TopicPartition[], isCurrent: () => boolean) => {
    ids = await topicIds(member.cluster, topics)
    const known = ofThese(partitions, (await goOnFrom?.(ids)) ?? [])
    if (known.length === 0 || !isCurrent()) return
    for (const position of known) lastRead.set(partitionKey(position), position.at)
    const committed = await committedBy(member, known)
    const ahead = known.filter((position) => position.offset > (committed.get(partitionKey(position)) ?? -1n))
    if (ahead.length === 0 || !isCurrent()) return
    for (const { topic, partition, offset } of ahead) goTo(member, { topic, partition, offset })
    log.info({ group, positions: ahead.map(asText) }, 'the group has no position or an older one: the store says where to go on')
    // For those who look at the lag. It is no harm when it fails: the next commit has it.
    await member.commitOffsets({ topics: kafkajsOffsets(ahead) }).catch(() => {})
  }
  const findUntilKnown = async (member: ConsumerGroup, partitions: readonly TopicPartition[], isCurrent: () => boolean) => {
    while (isCurrent())
      try {
        return await find(member, partitions, isCurrent)
      } catch (error) {
        if (isCurrent()) log.warn({ err: error, group }, 'cannot find out where the group goes on; it is tried again')
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
      const isMadeAgain = (await topicIds(cluster, [asked.topic])).get(asked.topic) !== ids.get(asked.topic)
      const from = isMadeAgain ? earliest : await rememberedSince(cluster, asked, latest)
      log.error(
        { group, ...asText(asked), end: String(latest), from: String(from) },
        isMadeAgain
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
  return BigInt(answer?.partitions[0]?.offset ?? -1)
}

/** What was appended earlier was read before; of the rest the inbox knows what was handled. */
async function rememberedSince(cluster: Cluster, partition: TopicPartition, latest: bigint): Promise<bigint> {
  const found = await offsetIn(cluster, partition, { fromTimestamp: Date.now() - milliseconds(inboxMemory) })
  return found < 0n ? latest : found
}
