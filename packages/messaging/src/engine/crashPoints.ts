import { channel } from 'node:diagnostics_channel'

/**
 * Moments of a batch at which a crash must lose nothing. They are diagnostics channels, so that tests can kill the process.
 * A subscriber gets the names of the endpoint and the lane. Without a subscriber they cost nothing (https://nodejs.org/api/diagnostics_channel.html).
 */
export const crashPoints = {
  /** In the database, not yet in Kafka. */
  saved: channel('petrel:batch:saved'),
  /** In Kafka, offsets not yet committed. */
  sent: channel('petrel:batch:sent'),
} as const
