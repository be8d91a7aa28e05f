import { type BrokerAdmin, type Overview, waitingLetters } from '@petrel/messaging/operations'
import { oldestRecords } from './ages.ts'
import { lagsIn, type PartitionLag } from './lag.ts'

/** A lag, and how old the oldest record is that waits. */
export interface AgedLag extends PartitionLag {
  /** 0 when none waits. */
  readonly seconds: number
}

/** All that is exported. Names are without the prefix. */
export interface Seen {
  readonly overview: Overview
  readonly lags: readonly AgedLag[]
  /** Endpoint → messages that wait for a person. */
  readonly deadLetters: ReadonlyMap<string, number>
}

/** Looks at Kafka, again and again; each time reads as little as it can. @throws BrokerUnavailable */
export function lookAt(admin: BrokerAdmin, prefix: string): () => Promise<Seen> {
  const recordsOf = oldestRecords(admin)
  const letters = waitingLetters({ admin, prefix })
  return async () => {
    const overview = await admin.overview(prefix)
    const lags = lagsIn(overview)
    const appendedAt = await recordsOf(lags)
    const deadLetters = await letters(overview.partitions)
    const now = Date.now()
    const aged = lags.map((lag): AgedLag => ({ ...lag, seconds: Math.max(0, now - (appendedAt(lag) ?? now)) / 1000 }))
    return { overview, lags: aged, deadLetters }
  }
}
