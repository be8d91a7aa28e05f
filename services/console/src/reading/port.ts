import type { BrokerRecord } from '@petrel/messaging/operations'
import type { PoolClient } from 'pg'
import type { Change } from '../hub/hub.ts'

/** One transaction in which records are written. */
export interface Batch {
  readonly tx: PoolClient
  /** Tells all browsers, when the transaction is committed. The same change more than once is one. */
  readonly changed: (change: Change) => void
}

/**
 * Reads one kind of topic. Records come in batches, those of a partition in their order. They come again after a crash, a
 * rebalance, or when somebody sets the group back: writing is idempotent by the record's place (topic, partition, offset).
 * Nothing is known about the order between topics.
 */
export interface TopicHandler {
  /** For logs: `dlt`. */
  readonly kind: string
  /** For how many milliseconds a record may wait for others, so that they are written together; 0 where it is not given. */
  readonly lingerMs?: number
  /** @param topic without the prefix */
  readonly wants: (topic: string) => boolean
  /**
   * Decodes records, outside of any transaction. What is returned writes them inside of one, and is called again when that fails.
   * Store, broker and registry may be away: the batch is tried again until they are back. Any other error is the fault of a
   * record: the batch is halved until it is found, and that record is left out and written down in `unread_record`.
   */
  readonly prepare: (records: readonly BrokerRecord[]) => Promise<(batch: Batch) => Promise<void>>
}
