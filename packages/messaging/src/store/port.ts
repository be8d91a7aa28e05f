import type { OutgoingRecord, Position } from '../broker/port.ts'
import type { Tx } from '../definition/handler.ts'
import type { Table } from '../definition/table.ts'
import type { MessageIdentity } from '../identity.ts'

/**
 * The store did not do it, and no message is at fault (connection lost, deadlock, disk full): back off and try again.
 * What counts as this is a list; everything else is {@link WriteRefused}.
 */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable'
}

/** Somebody else kept a lock for too long on what one of the units writes. Others can be saved meanwhile. */
export class LockNotFree extends StoreUnavailable {
  override readonly name = 'LockNotFree'
}

/** Another worker has handled one of these messages meanwhile: look into the inbox again. */
export class AlreadyHandled extends Error {
  override readonly name = 'AlreadyHandled'
}

/** Another worker has saved one of these sagas meanwhile: load and run again. */
export class SagaConflict extends Error {
  override readonly name = 'SagaConflict'
}

/** The store refuses what one of the messages wrote (a constraint, a bad value): that message's own failure. */
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
  /** In which version of its form the state was written; the first is 1. */
  readonly stateVersion: number
  readonly completed: boolean
}

/** A record that is to be published when its time has come. */
export interface ScheduledRecord {
  /** Saving the same id again changes nothing. */
  readonly id: string
  readonly dueAt: Date
  readonly record: OutgoingRecord
}

/** Where a group goes on in a partition. */
export interface GroupPosition extends Position {
  readonly group: string
  /** Of the topic that the offset belongs to: one that is made again has the same name, and other offsets. */
  readonly topicId: string
}

export interface SavedPosition extends GroupPosition {
  readonly savedAt: Date
}

/** Everything that one lane decided about some messages. Saved whole or not at all. */
export interface UnitOfWork {
  /** Which lane decided: the next owner of the lane sends what this one has left in the outbox. */
  readonly lane: string
  /** The messages handled, for the inbox. */
  readonly handled: readonly MessageIdentity[]
  /** What the messages produce, in order; one outbox row until it was sent. */
  readonly outgoing: readonly OutgoingRecord[]
  readonly rows: ReadonlyMap<Table, readonly Readonly<Record<string, unknown>>[]>
  /** With the version each was loaded with. */
  readonly sagas: readonly SavedSaga[]
  readonly scheduled: readonly ScheduledRecord[]
  /** Outbox rows whose records have been sent: they are deleted. */
  readonly sent: readonly string[]
  /** What lies before these was handled, by this unit or earlier. One that is further in the same topic stays. */
  readonly positions?: readonly GroupPosition[]
}

export interface OutboxEntry {
  readonly id: string
  readonly outgoing: readonly OutgoingRecord[]
}

/** What a store holds for an endpoint. Ages are in milliseconds, and 0 when there is nothing. */
export interface Census {
  /** Messages that the inbox remembers; may be an estimate. */
  readonly inbox: number
  readonly outbox: { readonly rows: number; readonly oldestMs: number }
  /** `overdueMs`: how long ago the first was due. */
  readonly scheduled: { readonly records: number; readonly overdueMs: number }
}

export interface SagaCount {
  readonly saga: string
  readonly open: number
  readonly completed: number
}

/** A transaction that has begun, on a connection of its own. */
export interface StoreTransaction extends Tx {
  /** Set when a query failed because of the store and not because of what was asked. */
  readonly unavailable: StoreUnavailable | undefined
  /** Saves the units as the last statement and commits. Errors and result as for {@link Store.save}. */
  commit(units: readonly UnitOfWork[]): Promise<readonly (string | undefined)[]>
  /** Idempotent; does nothing after a commit. */
  rollback(): Promise<void>
}

/** Where an endpoint keeps what it has decided. Every adapter passes `store/conformance.ts`. */
export interface Store {
  /** Those of the messages (the very objects) that were handled before. @throws StoreUnavailable */
  handledIds(messages: readonly MessageIdentity[]): Promise<ReadonlySet<MessageIdentity>>
  /** @throws StoreUnavailable */
  loadSagas(keys: readonly SagaKey[]): Promise<SavedSaga[]>
  /** A transaction of its own, which begins with its first query; waits for a connection as long as the pool allows. @throws StoreUnavailable */
  begin(): Promise<StoreTransaction>
  /**
   * Saves what several lanes decided, in one statement: all of it or nothing.
   * @returns for each unit the id of its outbox row; undefined where nothing is to be sent
   * @throws AlreadyHandled, SagaConflict, WriteRefused, StoreUnavailable; then nothing was saved
   */
  save(units: readonly UnitOfWork[]): Promise<readonly (string | undefined)[]>
  /** Where a group goes on, as far as it was saved. @throws StoreUnavailable */
  positions(group: string): Promise<SavedPosition[]>
  /** What a lane decided and may not have sent, oldest first. @throws StoreUnavailable */
  pendingOutbox(lane: string): Promise<OutboxEntry[]>
  /** Lanes with something in the outbox since at least that many milliseconds. @throws StoreUnavailable */
  lanesWithOutbox(ms: number): Promise<string[]>
  /** Deletes outbox rows whose records have been sent. @throws StoreUnavailable */
  deleteOutbox(outboxIds: readonly string[]): Promise<void>
  /**
   * Takes records that are due, hands them to `publish`, and removes them when it has resolved; replicas share the work.
   * What `publish` throws is thrown, and the records stay. So do those that it returns: they are due again ten seconds later.
   * @returns how many were published, and when the next is due
   */
  publishScheduled(
    publish: (records: readonly OutgoingRecord[]) => Promise<readonly OutgoingRecord[] | void>,
    limit: number,
  ): Promise<{ published: number; nextAt: Date | undefined }>
  /** Deletes inbox entries from before `date`: a copy that comes later is handled again. @returns how many */
  deleteHandledBefore(date: Date): Promise<number>
  /** Deletes sagas that were completed before `date`: a message that may begin such a saga begins it anew. @returns how many */
  deleteCompletedBefore(date: Date): Promise<number>
  /** For watching; cheap enough to ask every few seconds. @throws StoreUnavailable */
  census(): Promise<Census>
  /** Reads every saga: ask it rarely. @throws StoreUnavailable */
  sagaCounts(): Promise<SagaCount[]>
  close(): Promise<void>
}
