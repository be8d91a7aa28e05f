import type { OutgoingRecord } from '../broker/port.ts'
import type { Tx } from '../definition/handler.ts'
import type { Table } from '../definition/table.ts'

/** The store did not do it, and no message is at fault (connection lost, deadlock, disk full): back off and try again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

/** Another worker has handled one of these messages meanwhile: look into the inbox again. */
export class AlreadyHandled extends Error {
  override readonly name = 'AlreadyHandled'
}

/** Another worker has saved one of these sagas meanwhile: load and run again. */
export class SagaConflict extends Error {
  override readonly name = 'SagaConflict'
}

/** The store refuses what a handler wrote (a constraint, a bad value): the message's own failure. */
export class WriteRefused extends Error {
  override readonly name = 'WriteRefused'
}

export interface SagaKey {
  readonly saga: string
  readonly id: string
}

export interface SavedSaga extends SagaKey {
  /** 0 when it was never saved. */
  readonly version: number
  readonly state: object
  readonly completed: boolean
}

/** A record that is to be published when its time has come. */
export interface ScheduledRecord {
  /** Saving the same id again changes nothing. */
  readonly id: string
  readonly dueAt: Date
  readonly record: OutgoingRecord
}

/** Everything one batch decided; saved whole or not at all. */
export interface UnitOfWork {
  /** Which lane decided: whoever holds the lane next sends what it left. */
  readonly lane: string
  /** Ids of the messages handled, into the inbox. */
  readonly handled: readonly string[]
  /** What the batch says, in order; kept as one row until it was sent. */
  readonly outgoing: readonly OutgoingRecord[]
  readonly rows: ReadonlyMap<Table, readonly Readonly<Record<string, unknown>>[]>
  /** With the version each was loaded with. */
  readonly sagas: readonly SavedSaga[]
  readonly scheduled: readonly ScheduledRecord[]
  /** Outbox rows whose records have been sent. */
  readonly sent: readonly string[]
}

export interface OutboxEntry {
  readonly id: string
  readonly outgoing: readonly OutgoingRecord[]
}

/** A transaction that begins with its first query. */
export interface StoreTransaction extends Tx {
  readonly used: boolean
  /** Set when a query failed because of the store and not because of what was asked. */
  readonly unavailable: StoreUnavailable | undefined
  rollback(): Promise<void>
}

/** Where an endpoint keeps what it has decided. Every adapter passes `store/conformance.ts`. */
export interface Store {
  /** Which of these messages were handled before. */
  handledIds(ids: readonly string[]): Promise<Set<string>>
  loadSagas(keys: readonly SagaKey[]): Promise<SavedSaga[]>
  transaction(): StoreTransaction
  /**
   * Saves a batch: in one statement, or at the end of the transaction when that was used.
   * @returns the id of the outbox row, when something is to be sent.
   * @throws AlreadyHandled, SagaConflict, WriteRefused, StoreUnavailable; then nothing was saved and the transaction is rolled back
   */
  save(work: UnitOfWork, transaction: StoreTransaction): Promise<string | undefined>
  /** What a lane decided and may not have sent, oldest first. */
  pendingOutbox(lane: string): Promise<OutboxEntry[]>
  /** Removes outbox rows whose records have been sent. */
  deleteOutbox(outboxIds: readonly string[]): Promise<void>
  /**
   * Takes records that are due, hands them to `publish`, and removes them when it has resolved; replicas share the work.
   * @returns how many were published, and when the next is due
   */
  publishScheduled(
    publish: (records: readonly OutgoingRecord[]) => Promise<void>,
    limit: number,
  ): Promise<{ published: number; nextAt: Date | undefined }>
  close(): Promise<void>
}
