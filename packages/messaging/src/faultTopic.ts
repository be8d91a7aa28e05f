import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type BrokerAdmin, BrokerUnavailable, type OutgoingRecord, type TopicSpec } from './broker/port.ts'
import type { Log } from './log.ts'

// Faults that people switch on where processes share no disk: in a cluster. All replicas of a service read the same topic, without
// a group, and again from its beginning after a restart. It is compacted: what it keeps is the newest record of each service.

/** A fault that a person has switched on for a service. */
export interface Fault {
  /** What every handler of the service throws. */
  readonly fault: string
  readonly by: string
  /** ISO 8601. */
  readonly at: string
}

/** The topic in which faults are kept, to be created by who switches them. */
export const faultTopicSpec = (topic: string): TopicSpec => ({
  topic,
  partitions: 1,
  config: { 'cleanup.policy': 'compact' },
})

/** Switches a service's fault on, or off with null. */
export const faultRecord = (topic: string, service: string, fault: Fault | null): OutgoingRecord => ({
  topic,
  key: service,
  value: fault === null ? null : Buffer.from(JSON.stringify(fault)),
  headers: {},
})

/** The faults that are on. */
export interface Faults {
  /** Reads what was appended since it was last called. A topic that does not exist has no faults. @throws BrokerUnavailable */
  readNew(): Promise<void>
  of(service: string): Fault | undefined
}

/** Nothing is read before the first `readNew`. */
export function faultsIn(topic: string, admin: BrokerAdmin): Faults {
  const faults = new Map<string, Fault>()
  let next = 0n
  return {
    of: (service) => faults.get(service),
    async readNew() {
      const exists = (await admin.partitions([topic])).has(topic)
      const end = exists ? ((await admin.offsets(topic))[0]?.latest ?? 0n) : 0n
      // The topic was deleted, and maybe created again.
      if (end < next) {
        faults.clear()
        next = 0n
      }
      if (end === next) return
      for await (const { key, value, offset } of admin.read(topic, { from: [{ topic, partition: 0, offset: next }] })) {
        next = offset + 1n
        const fault = parse(value)
        if (fault === undefined) faults.delete(key?.toString() ?? '')
        else faults.set(key?.toString() ?? '', fault)
      }
    },
  }
}

const Stored = z.object({ fault: z.string().min(1), by: z.string(), at: z.string() })

/** @returns undefined for none, and for what is no fault: it must not be one by mistake */
function parse(value: Buffer | null): Fault | undefined {
  try {
    return Stored.parse(JSON.parse(value?.toString() ?? 'null'))
  } catch {
    return undefined
  }
}

const lookEveryMs = 1_000

interface FollowOptions {
  readonly topic: string
  readonly endpoint: string
  readonly admin: BrokerAdmin
  readonly log: Log
}

/** What a person has switched on for one endpoint. */
export interface FollowedFault {
  /** The text that every handler throws; undefined while there is no fault. */
  readonly fault: () => string | undefined
  readonly close: () => Promise<void>
}

/**
 * Follows the topic for one endpoint, a second behind. It resolves when it has looked once: a replica that starts while a fault is
 * on begins with it. While the broker is away what it has read last stays.
 */
export async function followFault({ topic, endpoint, admin, log }: FollowOptions): Promise<FollowedFault> {
  const faults = faultsIn(topic, admin)
  const ending = new AbortController()
  let current: Fault | undefined
  const look = async () => {
    try {
      await faults.readNew()
    } catch (error) {
      if (!(error instanceof BrokerUnavailable)) throw error
    }
    const found = faults.of(endpoint)
    if (found?.fault !== current?.fault) tell(found)
    current = found
  }
  const tell = (found: Fault | undefined) =>
    found === undefined
      ? log.info({ event: 'mended' }, `${endpoint} does not fail on purpose any more`)
      : log.warn({ event: 'broken', by: found.by }, `${endpoint} fails on purpose: ${found.fault}`)
  const keepLooking = async () => {
    while (!ending.signal.aborted) {
      await sleep(lookEveryMs, undefined, { signal: ending.signal, ref: false }).catch(() => undefined)
      if (!ending.signal.aborted) await look().catch((error: unknown) => log.warn({ err: error }, `cannot read ${topic}`))
    }
  }
  await look()
  const looking = keepLooking()
  return {
    fault: () => current?.fault,
    async close() {
      ending.abort()
      await looking
    },
  }
}
