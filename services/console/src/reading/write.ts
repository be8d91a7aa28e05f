import type { Log } from '@petrel/messaging'
import { BrokerUnavailable, type BrokerRecord, isStoreAway, RegistryUnavailable } from '@petrel/messaging/operations'
import type { Pool } from 'pg'
import type { NewEvent } from '../events/event.ts'
import { insertEvents } from '../events/insertEvents.ts'
import { plainText } from '../store/columns.ts'
import { transaction } from '../store/transaction.ts'
import type { TopicHandler } from './port.ts'

const firstPauseMs = 100
const longestPauseMs = 5_000

export interface Writing {
  readonly pool: Pool
  readonly log: Log
  readonly ended: AbortSignal
  readonly pause: (ms: number) => Promise<void>
}

/**
 * Writes a batch, however long it takes: while something is away it is tried again. A record that cannot be written is written
 * down as unread, so that the others go on. @returns false when the console ended before it was written
 */
export async function writeBatch(
  handler: TopicHandler,
  records: readonly BrokerRecord[],
  writing: Writing,
  prepared = prepare(handler, records),
): Promise<boolean> {
  let first: Prepared | undefined = prepared
  for (let failures = 0; !writing.ended.aborted; failures += 1) {
    try {
      await writeOrHalve(handler, records, writing, first)
      return true
    } catch (error) {
      first = undefined
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures)
      writing.log.warn(
        { err: error, kind: handler.kind, failures: failures + 1, pauseMs },
        'cannot write what was read; trying again',
      )
      await writing.pause(pauseMs)
    }
  }
  return false
}

type Prepared = ReturnType<TopicHandler['prepare']>

/** Begins to decode a batch, while others are written. */
export function prepare(handler: TopicHandler, records: readonly BrokerRecord[]): Prepared {
  const prepared = handler.prepare(records)
  // Whoever writes it is told.
  prepared.catch(() => undefined)
  return prepared
}

/** @throws only what passes */
async function writeOrHalve(
  handler: TopicHandler,
  records: readonly BrokerRecord[],
  writing: Writing,
  prepared = handler.prepare(records),
): Promise<void> {
  try {
    await transaction(writing.pool, await prepared)
  } catch (error) {
    if (isPassing(error)) throw error
    const [first] = records
    if (records.length === 1 && first !== undefined) return leaveOut(handler, first, error, writing)
    const half = Math.ceil(records.length / 2)
    await writeOrHalve(handler, records.slice(0, half), writing)
    await writeOrHalve(handler, records.slice(half), writing)
  }
}

const isPassing = (error: unknown): boolean =>
  isStoreAway(error) || error instanceof RegistryUnavailable || error instanceof BrokerUnavailable

async function leaveOut(
  { kind }: TopicHandler,
  { topic, partition, offset }: BrokerRecord,
  error: unknown,
  { pool, log }: Writing,
): Promise<void> {
  const why = error instanceof Error ? error.message : String(error)
  log.error(
    { err: error, kind, topic, partition, offset: String(offset) },
    'a record cannot be shown: it is left out, and stays in its topic',
  )
  await pool.query(
    `insert into unread_record (topic, partition, kafka_offset, why) values ($1, $2, $3, $4)
     on conflict (topic, partition, kafka_offset) do update set why = excluded.why, at = now()`,
    [topic, partition, String(offset), plainText(why).slice(0, 2_000)],
  )
  await insertEvents(pool, [unreadEvent(topic, why)])
}

/** Whatever fills a topic with records that nobody can read, it is one event an hour. */
function unreadEvent(topic: string, why: string): NewEvent {
  const at = Date.now()
  const text = `A record of ${topic} cannot be shown here: ${plainText(why).slice(0, 200)}`
  return { at, kind: 'undecodable', severity: 'warn', text, name: `unread:${topic}:${Math.floor(at / 3_600_000)}` }
}
