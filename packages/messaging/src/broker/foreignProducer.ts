import type { OutgoingRecord, RecordHeaders } from './port.ts'

type ForeignHeaders = Readonly<Record<string, RecordHeaders[string] | null | readonly (Buffer | string | null)[]>>

export interface ForeignRecord extends Omit<OutgoingRecord, 'headers'> {
  readonly headers: ForeignHeaders
  /** Milliseconds since the epoch. Default: now. */
  readonly timestamp?: number
}

/** Another client of the same broker. It writes what Kafka allows and Petrel never does. */
export interface ForeignProducer {
  /** As it is: null header values are written. */
  publish(records: readonly ForeignRecord[]): Promise<void>
  /** In one transaction. Its end takes one offset in each of the partitions. What is aborted keeps its offsets, too. */
  transaction(records: readonly ForeignRecord[], outcome: 'commit' | 'abort'): Promise<void>
}
