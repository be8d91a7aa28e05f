import type { BrokerRecord, Subscription, SubscriptionListener, TopicPartition } from '@petrel/messaging/operations'

/** What was fetched and is not written yet. */
export interface Inbound {
  readonly listener: SubscriptionListener
  /** Waits for records. @returns those of one topic's kind, at most so many and so large; undefined when it was closed */
  take(): Promise<readonly BrokerRecord[] | undefined>
  /** The subscription that is told to pause and resume. */
  follow(subscription: Subscription): void
  close(): void
}

/** Above `high` a partition is paused, below `low` it is resumed. */
const waterMarks = { high: 2_000, low: 500, highBytes: 16 * 1024 * 1024 }
const batchOf = { records: 500, bytes: 4 * 1024 * 1024 }

/** @param kindOf records of one kind are written together */
export function inbound(kindOf: (topic: string) => unknown): Inbound {
  let queue: BrokerRecord[] = []
  let bytes = 0
  let subscription: Subscription | undefined
  const closing = new AbortController()
  let wake = Promise.withResolvers<void>()
  const paused = new Map<string, TopicPartition>()

  const pauseWhenFull = (record: BrokerRecord) => {
    if (queue.length < waterMarks.high && bytes < waterMarks.highBytes) return
    const { topic, partition } = record
    paused.set(`${topic}/${partition}`, { topic, partition })
    subscription?.pause({ topic, partition })
  }
  const resumeWhenLow = () => {
    if (queue.length > waterMarks.low || bytes > waterMarks.highBytes / 2) return
    for (const partition of paused.values()) subscription?.resume(partition)
    paused.clear()
  }
  return {
    listener: {
      onAssigned() {
        // What is here and not written comes again.
        queue = []
        bytes = 0
        paused.clear()
      },
      onRecords(records) {
        for (const record of records) {
          queue.push(record)
          bytes += sizeOf(record)
        }
        const [first] = records
        if (first !== undefined) pauseWhenFull(first)
        wake.resolve()
      },
    },
    follow: (followed) => void (subscription = followed),
    async take() {
      while (queue.length === 0 && !closing.signal.aborted) {
        wake = Promise.withResolvers()
        await wake.promise
      }
      if (closing.signal.aborted) return undefined
      const taken = takeFrom(queue, kindOf)
      queue = queue.filter((record) => !taken.has(record))
      for (const record of taken) bytes -= sizeOf(record)
      resumeWhenLow()
      return [...taken]
    },
    close() {
      closing.abort()
      wake.resolve()
    },
  }
}

/** Records of the first one's kind, as many as may be written together. A topic has one kind, so each partition stays in its order. */
function takeFrom(queue: readonly BrokerRecord[], kindOf: (topic: string) => unknown): Set<BrokerRecord> {
  const taken = new Set<BrokerRecord>()
  const kind = kindOf(queue[0]?.topic ?? '')
  let bytes = 0
  for (const record of queue) {
    if (kindOf(record.topic) !== kind) continue
    bytes += sizeOf(record)
    if (taken.size === batchOf.records || (taken.size > 0 && bytes > batchOf.bytes)) break
    taken.add(record)
  }
  return taken
}

const sizeOf = ({ key, value, headers }: BrokerRecord): number =>
  (key?.length ?? 0) +
  (value?.length ?? 0) +
  Object.values(headers).reduce((sum, header) => sum + [header].flat().reduce((all, one) => all + (one?.length ?? 0), 0), 0)
