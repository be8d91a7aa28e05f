import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, vi } from 'vitest'
import type { ForeignProducer } from '../foreignProducer.ts'
import type { Broker, BrokerRecord, OutgoingRecord, Subscription, SubscriptionListener, TopicPartition } from '../port.ts'

/** Long: the machine may be busy, and a member learns of a rebalance with its next heartbeat only. */
const SOON = { timeout: 20_000, interval: 10 }

export interface RecordingListener {
  readonly listener: SubscriptionListener
  readonly received: readonly BrokerRecord[]
  readonly assignments: readonly (readonly TopicPartition[])[]
  /** The values received, of one partition or of all. */
  readonly values: (partition?: number) => string[]
  /** The latest assignment. */
  readonly assigned: () => readonly TopicPartition[]
  readonly whenReceiving: (reaction: (records: readonly BrokerRecord[]) => void) => void
}

/** A listener that keeps what it receives. */
export function recordingListener(): RecordingListener {
  const received: BrokerRecord[] = []
  const assignments: (readonly TopicPartition[])[] = []
  let react: ((records: readonly BrokerRecord[]) => void) | undefined
  const listener: SubscriptionListener = {
    onAssigned: (partitions) => void assignments.push(partitions),
    onRecords: (records) => {
      received.push(...records)
      react?.(records)
    },
  }
  return {
    listener,
    received,
    assignments,
    values: (partition?: number) =>
      received.filter((record) => partition === undefined || record.partition === partition).map(({ value }) => String(value)),
    assigned: () => assignments.at(-1) ?? [],
    whenReceiving: (reaction: (records: readonly BrokerRecord[]) => void) => {
      react = reaction
    },
  }
}

export const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, SOON)

export const record = (topic: string, partition: number, value: string): OutgoingRecord => ({
  topic,
  partition,
  key: value,
  value: Buffer.from(value),
  headers: {},
})

export const numbered = (count: number, prefix = '') => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

export interface Listening extends RecordingListener {
  readonly subscription: Subscription
  readonly group: string
}

/** What the tests have at hand; each leaves nothing behind. */
export interface Fixture {
  readonly broker: Broker
  readonly foreign: ForeignProducer
  readonly newName: () => string
  /** A new topic. */
  readonly topicOf: (partitions: number, config?: Record<string, string>) => Promise<string>
  /** A new subscription, of a new group unless one is given. */
  readonly listen: (topics: string | readonly string[], group?: string) => Promise<Listening>
  readonly readAll: (topic: string, from?: readonly { partition: number; offset: bigint }[]) => Promise<BrokerRecord[]>
  /** The topic is to be deleted after the test. */
  readonly forget: (topic: string) => void
  /** After the test, before the topics go. */
  readonly atEnd: (action: () => Promise<void>) => void
}

/** A connection of its own to a broker, and another client of the same broker. */
export interface Opened {
  readonly broker: Broker
  readonly foreign: ForeignProducer
}

export function fixture(open: () => Promise<Opened>): Fixture {
  let opened: Opened | undefined
  const topics: string[] = []
  const actions: (() => Promise<void>)[] = []

  const isOpen = () => {
    if (opened === undefined) throw new Error('the broker is not open yet')
    return opened
  }
  const at: Fixture = {
    get broker() {
      return isOpen().broker
    },
    get foreign() {
      return isOpen().foreign
    },
    newName: () => `conformance.${randomUUID()}`,
    forget: (topic) => void topics.push(topic),
    atEnd: (action) => void actions.push(action),
    topicOf: async (partitions, config = {}) => {
      const topic = at.newName()
      at.forget(topic)
      await at.broker.admin.createTopics([{ topic, partitions, config }])
      return topic
    },
    listen: async (topics, group = at.newName()) => {
      const received = recordingListener()
      const subscription = await at.broker.subscribe({ group, topics: [topics].flat(), listener: received.listener })
      at.atEnd(() => subscription.stop())
      return { ...received, subscription, group }
    },
    readAll: (topic, from) => {
      const positions = from?.map((position) => ({ topic, ...position }))
      return collect(at.broker.admin.read(topic, positions === undefined ? {} : { from: positions }))
    },
  }
  beforeAll(async () => {
    opened = await open()
  })
  afterEach(async () => {
    await Promise.all(actions.splice(0).map((action) => action()))
    await at.broker.admin.deleteTopics(topics.splice(0))
  })
  afterAll(() => at.broker.close())
  return at
}
