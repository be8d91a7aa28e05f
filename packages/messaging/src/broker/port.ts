import type { ClusterDurability } from './durability.ts'

/**
 * Kafka record headers. A value is bytes or text; a name that occurs more than once has an array. Adapters drop null values
 * when they read and when they write, and names like `constructor` or `__proto__` are names like any other.
 */
export type RecordHeaders = Readonly<Record<string, Buffer | string | readonly (Buffer | string)[] | undefined>>

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A record that is read from a topic. */
export interface BrokerRecord extends TopicPartition {
  readonly offset: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: RecordHeaders
  /** Milliseconds since the epoch. */
  readonly timestamp: number
}

/** A record to be appended. The partition follows from the key (murmur2, as in Kafka's Java client) unless it is given. */
export interface OutgoingRecord {
  readonly topic: string
  readonly key: Buffer | string | null
  readonly value: Buffer | null
  readonly headers: RecordHeaders
  readonly partition?: number
}

/** A position, and when somebody was there. */
export interface KnownPosition extends Position {
  readonly at: Date
  /** The topic was made again since: the partition is read from its beginning, whatever the offset is, and whatever the group says. */
  readonly isOfFormerTopic?: boolean
}

/** Where a partition's next record begins. */
export interface Position extends TopicPartition {
  readonly offset: bigint
}

/**
 * Milliseconds after which a publish that the broker has not answered fails; connecting included. It begins when the publish
 * is sent: one that waits for others to be answered first, or needs several requests, may take longer.
 */
export const publishDeadlineMs = 3_500

/** The broker did not do it, and no message is at fault: back off and try again. */
export class BrokerUnavailable extends Error {
  override readonly name: string = 'BrokerUnavailable'
}

/** One of the topics does not exist, has no leader, or may not be used. Others may take their records. */
export class TopicUnavailable extends BrokerUnavailable {
  override readonly name: string = 'TopicUnavailable'
}

/** One of the topics does not exist: until somebody makes it, nobody can write to it. */
export class TopicMissing extends TopicUnavailable {
  override readonly name = 'TopicMissing'
}

/** Only its members set the positions of a running group. */
export class GroupIsRunning extends BrokerUnavailable {
  constructor(group: string, options?: ErrorOptions) {
    super(`The group ${group} has running members: stop them first`, options)
  }
}

/**
 * The broker will never take this record, for example because it is too large. Trying again is no use. Other records of the
 * same publish may or may not be there.
 */
export class RecordRefused extends Error {
  override readonly name = 'RecordRefused'
  /** Not enumerable: loggers write out what is, and this may be megabytes of a customer's data. */
  declare readonly record: OutgoingRecord
  /** About what the record takes on the wire, in bytes. */
  readonly size: number

  constructor(record: OutgoingRecord, size: number, reason: string, options?: ErrorOptions) {
    super(`Topic ${record.topic} refused a record of about ${size} bytes with key ${String(record.key)}: ${reason}`, options)
    Object.defineProperty(this, 'record', { value: record })
    this.size = size
  }
}

/** What a consumer receives. The calls must return quickly: they only put things into buffers. */
export interface SubscriptionListener {
  /** The whole new assignment, with nothing paused. What was delivered before and is not committed is delivered again. */
  onAssigned(partitions: readonly TopicPartition[]): void
  /** Records of one partition, in offset order. */
  onRecords(records: readonly BrokerRecord[]): void
  /** The group shares its partitions out anew: nothing is fetched until `onAssigned`. */
  onRebalancing?(): void
  /**
   * The broker had deleted that many offsets of a partition before they were received. `since`: when the partition was last
   * read, as far as that is known.
   */
  onLost?(partition: TopicPartition, offsets: number, since?: Date): void
  /** Which of the subscribed topics are not there, each time that this changes; the others go on. At first all are there. */
  onMissing?(topics: readonly string[]): void
}

export interface Subscription {
  /** No more of this partition until `resume`; what was already delivered stays delivered. */
  pause(partition: TopicPartition): void
  resume(partition: TopicPartition): void
  /**
   * Commits where each partition goes on; resolves when that was tried. Left out are partitions that are no longer assigned,
   * positions beyond what was delivered in the present assignment, and positions before an earlier commit. A failed commit
   * is logged and not thrown: a later one covers it, and inboxes cover what is delivered again. Offsets that are no records,
   * for example the end of a transaction, are committed with the record before them.
   */
  commit(positions: readonly Position[]): Promise<void>
  /** Whether the member is in the group now; false while it rejoins after a crash. A rebalance of a running member does not count. */
  isJoined(): boolean
  /** Commits what waits to be committed, and leaves the group. The listener is not called any more once it resolves. */
  stop(): Promise<void>
}

export interface SubscribeOptions {
  readonly group: string
  readonly topics: readonly string[]
  readonly listener: SubscriptionListener
  /**
   * Where partitions go on, whatever the group says, unless the group is further: it has no position any more when it was away
   * for long. Asked at each assignment, before anything is delivered, and not while it has not answered.
   * @param topicIds as of {@link BrokerAdmin.topicIds}, of the subscribed topics
   */
  readonly goOnFrom?: (topicIds: ReadonlyMap<string, string>) => Promise<readonly KnownPosition[]>
}

/** Partitioned topics with consumer groups. Every adapter passes `broker/conformance.ts`. */
export interface Broker {
  /** Resolves when every record is on disk as the topic's replication demands. @throws BrokerUnavailable; then each record may or may not be there: TopicUnavailable when it is because of one topic, TopicMissing when that does not exist. @throws RecordRefused when one of them will never be taken. */
  publish(records: readonly OutgoingRecord[]): Promise<void>
  /**
   * Joins the group; resolves when partitions are assigned (see `assignment.ts`). Partitions with the same number, whatever
   * their topic, go to the same member. Goes on through broker restarts until stopped. A topic that is not there is read from
   * its beginning when it is, and so is one that is made again; partitions that a topic is given are read, too.
   */
  subscribe(options: SubscribeOptions): Promise<Subscription>
  readonly admin: BrokerAdmin
  close(): Promise<void>
}

export interface TopicSpec {
  readonly topic: string
  readonly partitions: number
  /** Kafka topic configuration, for example `{ 'retention.ms': '-1' }`. */
  readonly config: Readonly<Record<string, string>>
}

/** A partition as it is seen from outside. `latest`: the offset that the next record will get. */
export interface PartitionOverview extends TopicPartition {
  readonly earliest: bigint
  readonly latest: bigint
  /** Whether a replica of it is behind. */
  readonly underReplicated: boolean
}

/** A group, and where it goes on in each partition that it has committed. */
export interface GroupOverview {
  readonly group: string
  readonly members: number
  readonly positions: readonly Position[]
}

export interface Overview {
  /** How many brokers there are. */
  readonly brokers: number
  readonly partitions: readonly PartitionOverview[]
  readonly groups: readonly GroupOverview[]
}

export interface BrokerAdmin {
  /** Where the brokers say that they are reached, `host:port`; not always what one has connected with. */
  addresses(): Promise<string[]>
  /** Topic name → number of partitions, of those topics that exist. */
  partitions(topics: readonly string[]): Promise<Map<string, number>>
  /**
   * `max.message.bytes` of those of the topics that exist: the largest record batch, in bytes, that each takes.
   * @throws BrokerUnavailable
   */
  maxMessageBytes(topics: readonly string[]): Promise<Map<string, number>>
  /** Whether the topic keeps the newest record of each key. False when it does not exist, or we may not know. @throws BrokerUnavailable */
  isCompacted(topic: string): Promise<boolean>
  /**
   * Topic → its id, of those that exist. A topic that is made again has another id. Empty where the broker knows no ids.
   * @throws BrokerUnavailable
   */
  topicIds(topics: readonly string[]): Promise<Map<string, string>>
  /** Names of all topics. */
  topics(): Promise<string[]>
  /** How many copies the brokers keep of those of the topics that exist, and of how many they are sure. @throws BrokerUnavailable */
  durability(topics: readonly string[]): Promise<ClusterDurability>
  /** Creates those that do not exist yet, with as many copies as `durabilityWith` of durability.ts says. @returns the names created. */
  createTopics(specs: readonly TopicSpec[]): Promise<string[]>
  deleteTopics(topics: readonly string[]): Promise<void>
  /**
   * Deletes what lies before each position; the position becomes the partition's first. Nobody can read it any more from then on.
   * Kafka frees the disk when the log segment that it is in is full or old, and all of it deleted. A position beyond the end
   * deletes all that is there. @throws BrokerUnavailable; then each may have happened or not
   */
  deleteRecords(before: readonly Position[]): Promise<void>
  /** First offset kept, and the offset the next record will get, for each partition. */
  offsets(topic: string): Promise<{ partition: number; earliest: bigint; latest: bigint }[]>
  /** Where the first record is, in each partition, that was appended at a time (milliseconds since the epoch) or later; the end where there is none. */
  offsetsSince(topic: string, time: number): Promise<Position[]>
  /** Committed positions of a group; a partition without one is left out. */
  committed(group: string, topics: readonly string[]): Promise<Position[]>
  /** Sets positions of a group that has no running member. @throws GroupIsRunning when it has */
  commit(group: string, positions: readonly Position[]): Promise<void>
  /** Group → number of its members; a group that does not exist has none. */
  members(groups: readonly string[]): Promise<Map<string, number>>
  /** Deletes groups with their positions. @returns those that were there. @throws GroupIsRunning when one has members */
  deleteGroups(groups: readonly string[]): Promise<string[]>
  /** All topics and groups whose names begin with the prefix, at once and cheaply: for whoever looks every few seconds. @throws BrokerUnavailable */
  overview(prefix: string): Promise<Overview>
  /**
   * When the first record at or after each position was appended, in milliseconds since the epoch, in their order; undefined
   * where there is none. @throws BrokerUnavailable
   */
  appendedAt(positions: readonly Position[]): Promise<(number | undefined)[]>
  /** Reads a topic from the first record kept up to what is its end now (or between the given offsets), without a group. */
  read(topic: string, options?: { readonly from?: readonly Position[] }): AsyncIterable<BrokerRecord>
}
