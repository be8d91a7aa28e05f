import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, vi } from 'vitest'
import type { Broker, BrokerRecord, OutgoingRecord, Subscription, SubscriptionListener, TopicPartition } from '../port.ts'

/** Generous: a busy machine, and a group whose other member only hears of a rebalance with its next heartbeat. */
const SOON = { timeout: 20_000, interval: 10 }

export interface Journal {
  readonly listener: SubscriptionListener
  readonly heard: readonly BrokerRecord[]
  readonly assignments: readonly (readonly TopicPartition[])[]
  /** The values heard, of one partition or of all. */
  readonly values: (partition?: number) => string[]
  /** The latest assignment. */
  readonly assigned: () => readonly TopicPartition[]
  readonly whenHearing: (reaction: (records: readonly BrokerRecord[]) => void) => void
}

/** Writes down what a listener hears. */
export function journal(): Journal {
  const heard: BrokerRecord[] = []
  const assignments: (readonly TopicPartition[])[] = []
  let react: ((records: readonly BrokerRecord[]) => void) | undefined
  const listener: SubscriptionListener = {
    onAssigned: (partitions) => void assignments.push(partitions),
    onRecords: (records) => {
      heard.push(...records)
      react?.(records)
    },
  }
  return {
    listener,
    heard,
    assignments,
    values: (partition?: number) =>
      heard.filter((record) => partition === undefined || record.partition === partition).map(({ value }) => String(value)),
    assigned: () => assignments.at(-1) ?? [],
    whenHearing: (reaction: (records: readonly BrokerRecord[]) => void) => {
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

export interface Listening extends Journal {
  readonly subscription: Subscription
  readonly group: string
}

/** What the tests have at hand; each leaves nothing behind. */
export interface Fixture {
  readonly broker: Broker
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

export function fixture(open: () => Promise<Broker>): Fixture {
  let opened: Broker | undefined
  const topics: string[] = []
  const actions: (() => Promise<void>)[] = []

  const at: Fixture = {
    get broker() {
      if (opened === undefined) throw new Error('the broker is not open yet')
      return opened
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
      const heard = journal()
      const subscription = await at.broker.subscribe({ group, topics: [topics].flat(), listener: heard.listener })
      at.atEnd(() => subscription.stop())
      return { ...heard, subscription, group }
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
