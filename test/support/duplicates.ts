import { setTimeout as sleep } from 'node:timers/promises'
import type { BrokerRecord, Position } from '../../packages/messaging/src/broker/port.ts'
import { labelHeader } from './foreign/foreignRecords.ts'
import type { Shop } from './shop.ts'

const copyHeader = 'x-copy'

/** Somebody who writes each record of some topics again, twice. */
export interface Duplicates {
  /** Writes what is not there twice yet, and ends. @returns how many were written */
  finish(): Promise<number>
}

/** As a producer does that had no answer. @param topics without prefix */
export function duplicate({ broker, system }: Shop, topics: readonly string[]): Duplicates {
  const next = new Map<string, Position>()
  const finishing = new AbortController()
  let written = 0

  const copyNew = async (topic: string) => {
    const found: BrokerRecord[] = []
    for await (const record of broker.admin.read(system.prefix + topic, { from: [...next.values()] })) {
      next.set(`${record.topic}/${record.partition}`, { ...record, offset: record.offset + 1n })
      if (isOriginal(record)) found.push(record)
    }
    const copies = found.map(({ topic: same, key, value, headers }) => ({
      topic: same,
      key,
      value,
      headers: { ...headers, [copyHeader]: '1' },
    }))
    await broker.publish([...copies, ...copies])
    written += 2 * copies.length
  }
  const work = async () => {
    while (!finishing.signal.aborted) {
      for (const topic of topics) await copyNew(topic)
      await sleep(500, undefined, { signal: finishing.signal }).catch(() => undefined)
    }
    for (const topic of topics) await copyNew(topic)
    return written
  }
  const done = work()
  return {
    finish: () => {
      finishing.abort()
      return done
    },
  }
}

const isOriginal = ({ headers }: BrokerRecord) => headers[copyHeader] === undefined && headers[labelHeader] === undefined
