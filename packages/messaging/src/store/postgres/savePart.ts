import type { BinaryWriter } from './binaryWriter.ts'
import type { NextParameter } from './columns.ts'
import type { OutgoingRecordCodec } from './outgoingRecords.ts'

/** One part of the statement that saves units of work: its SQL, and the values of its parameters in the same order. */
export interface SavePart {
  /** Distinguishes it from any part with different SQL. */
  readonly shape: string
  /** @param part a name for the part that no other part of the statement has */
  readonly sql: (next: NextParameter, part: string) => string
  /** What the statement's final `select` reads of it: that part of the statement runs first. */
  readonly result?: string
  readonly values: () => unknown[]
}

export interface Encoders {
  readonly writer: BinaryWriter
  readonly records: OutgoingRecordCodec
}
