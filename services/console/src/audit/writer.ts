import type { Audit } from '@petrel/messaging/operations'
import type { Pool } from 'pg'
import { insertEvents } from '../events/insertEvents.ts'
import type { Batch } from '../reading/port.ts'
import { firstDay } from './days.ts'
import { insertHandled } from './handled.ts'
import { writeHeartbeats } from './heard.ts'
import { writeLanes } from './lanes.ts'
import { nameAll, noNames } from './names.ts'
import { type AuditRecord, takeNew } from './positions.ts'
import { addRates } from './rates.ts'
import { tally, tallyLimits } from './tally.ts'

/** Is told, in the transaction that writes them, of audits that were never written before. */
export type Audited = (batch: Batch, audits: readonly Audit[]) => Promise<void>

export interface AuditWriterOptions {
  readonly pool: Pool
  /** How long messages are kept. */
  readonly days: number
  readonly audited?: readonly Audited[]
  readonly clock?: () => number
}

/** More often nobody sees it, and every page asks for everything. */
const tellEveryMs = 2_000

/** Writes records of audit topics: each once, however often it is read. */
export function auditWriter({ pool, days, audited = [], clock = Date.now }: AuditWriterOptions) {
  const names = noNames()
  const limits = tallyLimits()
  let toldAt = 0
  return async (records: readonly AuditRecord[]) => {
    await nameAll(
      pool,
      records.map(({ audit }) => audit),
      names,
    )
    return async (batch: Batch): Promise<void> => {
      const { tx } = batch
      const audits = (await takeNew(tx, records)).map(({ audit }) => audit)
      // They lock what letters lock, too: nobody may wait for that who has locked rows that others add to.
      for (const each of audited) await each(batch, audits)
      const now = clock()
      await insertHandled(tx, audits, { names, first: firstDay(days, now), now })
      const events = await writeHeartbeats(tx, audits)
      await writeLanes(tx, audits, names)
      await addRates(tx, tally(audits, now, limits), names)
      if ((await insertEvents(tx, events)) > 0) batch.changed({ event: 'event', data: {} })
      if (events.length > 0 || now - toldAt > tellEveryMs) {
        toldAt = now
        batch.changed({ event: 'endpoints', data: {} })
      }
    }
  }
}
