import { channel } from 'node:diagnostics_channel'

/** What subscribers of a moment are told. */
export interface BatchCrashPoint {
  readonly endpoint: string
  readonly lane: string
}

/**
 * The crashPoints of a batch at which a crash must lose nothing, as diagnostics channels: tests kill the process there.
 * Without a subscriber they cost nothing (https://nodejs.org/api/diagnostics_channel.html).
 */
export const crashPoints = {
  /** In the database, not yet in Kafka. */
  saved: channel('petrel:batch:saved'),
  /** In Kafka, offsets not yet committed. */
  sent: channel('petrel:batch:sent'),
} as const
