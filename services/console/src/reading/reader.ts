import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@petrel/messaging'
import type { Broker, BrokerRecord, Position, Subscription } from '@petrel/messaging/operations'
import type { Pool } from 'pg'
import type { Work } from '../part.ts'
import { consoleProgram } from '../program.ts'
import { inbound } from './inbound.ts'
import type { TopicHandler } from './port.ts'
import { handledTopics } from './topics.ts'
import { prepare, writeBatch } from './write.ts'

export interface ReaderOptions {
  readonly broker: Broker
  readonly pool: Pool
  readonly handlers: readonly TopicHandler[]
  readonly prefix: string
  readonly log: Log
  /** Told how many records of a kind were written. */
  readonly onWritten?: (kind: string, count: number) => void
  /** How often it looks for topics that are new, in milliseconds. */
  readonly lookEveryMs?: number
}

export interface Reader extends Work {
  /** Whether it has joined its group, or there is no topic to read yet. */
  isReady(): boolean
}

/** Reads every topic that a handler wants, those of endpoints that come later as well, and writes what it reads. */
export function startReader({ broker, pool, handlers, prefix, log, onWritten, lookEveryMs = 10_000 }: ReaderOptions): Reader {
  const ending = new AbortController()
  const ended = ending.signal
  const pause = (ms: number) => sleep(ms, undefined, { signal: ended }).catch(() => undefined)
  const group = prefix + consoleProgram.group
  let subscription: Subscription | undefined
  let topics: ReadonlyMap<string, TopicHandler> = new Map()
  let isReady = false
  const queue = inbound((topic) => topics.get(topic))

  const subscribe = async (wanted: typeof topics) => {
    await subscription?.stop()
    topics = wanted
    isReady = false
    subscription = undefined
    subscription = await broker.subscribe({ group, topics: [...wanted.keys()], listener: queue.listener })
    queue.follow(subscription)
    isReady = true
    log.info({ event: 'reading', topics: [...wanted.keys()] }, `reading ${wanted.size} topics`)
  }
  const look = async () => {
    const wanted = handledTopics(await broker.admin.topics(), handlers, prefix)
    if (wanted.size === 0) isReady = true
    else if (!hasSameKeys(wanted, topics)) await subscribe(wanted)
  }
  const keepLooking = async () => {
    while (!ended.aborted) {
      await look().catch((error: unknown) => log.warn({ err: error }, 'cannot look for topics; trying again'))
      await pause(lookEveryMs)
    }
  }
  const write = async (handler: TopicHandler, records: readonly BrokerRecord[], prepared: ReturnType<typeof prepare>) => {
    const isWritten = await writeBatch(handler, records, { pool, log, ended, pause }, prepared)
    if (!isWritten) return
    // Whether it was committed nobody has to know: what comes again is written again, with the same result.
    void subscription?.commit(positionsAfter(records))
    onWritten?.(handler.kind, records.length)
  }
  /** One batch after the other; the next is decoded while the database works on the one before it. */
  const keepWriting = async () => {
    let before = Promise.resolve()
    for (let records = await queue.take(); records !== undefined; records = await queue.take()) {
      const handler = topics.get(records[0]?.topic ?? '')
      if (handler === undefined) continue
      const prepared = prepare(handler, records)
      await before
      before = write(handler, records, prepared)
    }
    await before
  }
  // A broker that is away lets it wait until the broker's client is closed, which comes after this.
  void keepLooking()
  const writing = keepWriting()
  return {
    isReady: () => isReady,
    async close() {
      ending.abort()
      queue.close()
      await writing
      await subscription?.stop()
    },
  }
}

const hasSameKeys = (a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>) =>
  a.size === b.size && [...a.keys()].every((key) => b.has(key))

function positionsAfter(records: readonly BrokerRecord[]): Position[] {
  const last = new Map(records.map((record) => [`${record.topic}/${record.partition}`, record]))
  return [...last.values()].map(({ topic, partition, offset }) => ({ topic, partition, offset: offset + 1n }))
}
