import type { Duration } from './definition/duration.ts'

/**
 * How long an inbox remembers which messages were handled. Kafka deletes the offsets of a group without members after the
 * same time (default of `offsets.retention.minutes`). A group without offsets reads its topics from the beginning again.
 */
export const inboxMemory: Duration = '7d'
