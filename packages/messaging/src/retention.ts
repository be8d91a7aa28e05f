import type { Duration } from './definition/duration.ts'

/**
 * How long an inbox remembers which messages were handled. Kafka deletes the offsets of a group without members after the
 * same time (default of `offsets.retention.minutes`). The endpoint's store keeps them for as long as it takes.
 */
export const inboxMemory: Duration = '7d'
