import { auditTopic } from '@petrel/messaging/operations'
import type { Pool } from 'pg'
import { instancesOf, lockEndpoints, writeInstances } from '../audit/heard.ts'
import { insertEvents } from '../events/insertEvents.ts'
import type { ConsoleContext, Work } from '../part.ts'
import { every } from '../store/every.ts'
import { transaction } from '../store/transaction.ts'
import { fallSilent } from './heartbeats.ts'
import { isSilent } from './instance.ts'
import type { Look } from './look.ts'
import { type Ends, endsByTopic, readUpTo } from './readUpTo.ts'

/** Heartbeats come every ten seconds. */
const watchEveryMs = 5_000

/**
 * Finds out from which processes nothing is heard any more. Every console does so; what one has found, the others find done. While
 * Kafka is away, nobody can be heard, and nobody is silent.
 */
export function watchForSilence({ pool, prefix, log }: ConsoleContext, look: Look): Work {
  let before = new Map<string, Ends>()
  return every(watchEveryMs, log, 'look for silent endpoints', async () => {
    const at = Date.now()
    const seen = await look.seen()
    if (seen === undefined) return
    const ends = endsByTopic(seen.overview.partitions, at)
    await tellSilent(pool, prefix, [before, ends])
    before = ends
  })
}

async function tellSilent(pool: Pool, prefix: string, looks: readonly ReadonlyMap<string, Ends>[]): Promise<void> {
  const running = (await instancesOf(pool, null)).filter(({ state }) => state === 'running')
  const endpoints = [...new Set(running.map(({ endpoint }) => endpoint))]
  const positions = await positionsOf(
    pool,
    endpoints.map((endpoint) => prefix + auditTopic(endpoint)),
  )
  for (const endpoint of endpoints) {
    const topic = prefix + auditTopic(endpoint)
    const known = looks.flatMap((look) => look.get(topic) ?? [])
    const upTo = readUpTo(known, positions.get(topic) ?? new Map<number, bigint>())
    if (upTo === undefined || !running.some((instance) => instance.endpoint === endpoint && isSilent(instance, upTo))) continue
    await transaction(pool, async ({ tx, changed }) => {
      await lockEndpoints(tx, [endpoint])
      const { changed: silent, events } = fallSilent(await instancesOf(tx, [endpoint]), upTo)
      await writeInstances(tx, silent)
      await insertEvents(tx, events)
      for (const event of ['event', 'endpoints', 'summary'] as const) changed({ event, data: {} })
    })
  }
}

/** How far topics have been read: topic → partition → the first offset that has not. */
async function positionsOf(pool: Pool, topics: readonly string[]): Promise<Map<string, Map<number, bigint>>> {
  const { rows } = await pool.query<{ topic: string; partition: number; next_offset: string }>(
    'select topic, partition, next_offset from audit_position where topic = any($1)',
    [topics],
  )
  const found = new Map<string, Map<number, bigint>>()
  for (const { topic, partition, next_offset } of rows)
    found.set(topic, (found.get(topic) ?? new Map<number, bigint>()).set(partition, BigInt(next_offset)))
  return found
}
