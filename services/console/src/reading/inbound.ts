import type { BrokerRecord, Subscription, SubscriptionListener, TopicPartition } from '@petrel/messaging/operations'
import type { TopicHandler } from './port.ts'

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

/** Who reads a topic: records of one kind are written together. */
type KindOf = (topic: string) => Pick<TopicHandler, 'lingerMs'> | undefined

interface Queued {
  readonly record: BrokerRecord
  readonly bytes: number
  /** When it is written at the latest, in milliseconds of `performance.now()`. */
  readonly dueAt: number
}

export function inbound(kindOf: KindOf): Inbound {
  let queue: Queued[] = []
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
          const queued = { record, bytes: sizeOf(record), dueAt: performance.now() + (kindOf(record.topic)?.lingerMs ?? 0) }
          queue.push(queued)
          bytes += queued.bytes
        }
        const [first] = records
        if (first !== undefined) pauseWhenFull(first)
        wake.resolve()
      },
    },
    follow: (followed) => void (subscription = followed),
    async take() {
      let taken = takeDue(queue, kindOf)
      while (taken === undefined && !closing.signal.aborted) {
        wake = Promise.withResolvers()
        await wakenBy(Math.min(...queue.map(({ dueAt }) => dueAt)), wake)
        taken = takeDue(queue, kindOf)
      }
      if (taken === undefined || closing.signal.aborted) return undefined
      const isTaken = taken
      queue = queue.filter((queued) => !isTaken.has(queued))
      for (const queued of taken) bytes -= queued.bytes
      resumeWhenLow()
      return [...taken].map(({ record }) => record)
    },
    close() {
      closing.abort()
      wake.resolve()
    },
  }
}

/** Resolves when it is woken, or at the time given; which may be never. */
async function wakenBy(at: number, wake: PromiseWithResolvers<void>): Promise<void> {
  const timer = at === Infinity ? undefined : setTimeout(wake.resolve, Math.max(0, at - performance.now()))
  await wake.promise
  clearTimeout(timer)
}

/**
 * Records of one kind, as many as may be written together: of the kind that waits longest, when it has waited long enough or there
 * are enough of it. A topic has one kind, so each partition stays in its order.
 */
function takeDue(queue: readonly Queued[], kindOf: KindOf): ReadonlySet<Queued> | undefined {
  for (const [, records] of Map.groupBy(queue, ({ record }) => kindOf(record.topic))) {
    const taken = firstOf(records)
    if (taken.size < records.length || (records[0]?.dueAt ?? 0) <= performance.now()) return taken
  }
  return undefined
}

function firstOf(records: readonly Queued[]): ReadonlySet<Queued> {
  const taken = new Set<Queued>()
  let bytes = 0
  for (const queued of records) {
    bytes += queued.bytes
    if (taken.size === batchOf.records || (taken.size > 0 && bytes > batchOf.bytes)) break
    taken.add(queued)
  }
  return taken
}

function sizeOf({ key, value, headers }: BrokerRecord): number {
  let size = (key?.length ?? 0) + (value?.length ?? 0)
  for (const name of Object.keys(headers)) {
    const header = headers[name]
    if (Array.isArray(header)) for (const one of header) size += one.length
    else size += header?.length ?? 0
  }
  return size
}
