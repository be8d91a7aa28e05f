import type { Table } from '../definition/table.ts'
import { type AnyRow, type Constraint, MemoryContent } from './memory/content.ts'
import { type ScheduledRecord, type Store, type StoreTransaction, StoreUnavailable, type UnitOfWork } from './port.ts'

export type { Constraint } from './memory/content.ts'

/** A commit counts as a save. */
type Operation = Exclude<keyof Store, 'close'>

interface Fault {
  readonly operation: Operation
  readonly when: 'before' | 'after'
  readonly error: Error
}

/** A store in memory for tests in process: same promises, no SQL, nothing survives. Replicas may share one. */
export interface MemoryStore extends Store {
  rows(table: Table): readonly AnyRow[]
  scheduled(): readonly ScheduledRecord[]
  /**
   * The next call of the operation fails: before it has any effect, or after, as when the answer is lost.
   * Faults of one operation queue up.
   */
  failNext(operation: Operation, when?: 'before' | 'after', error?: Error): void
}

export function memoryStore({ constraints = [] }: { readonly constraints?: readonly Constraint[] } = {}): MemoryStore {
  const content = new MemoryContent(constraints)
  const faults: Fault[] = []

  async function attempt<T>(operation: Operation, act: () => T | Promise<T>): Promise<T> {
    const at = faults.findIndex((fault) => fault.operation === operation)
    const [fault] = at < 0 ? [] : faults.splice(at, 1)
    if (fault?.when === 'before') throw fault.error
    const result = await act()
    if (fault !== undefined) throw fault.error
    return result
  }
  const save = (units: readonly UnitOfWork[]) => attempt('save', () => content.save(units))

  return {
    handledIds: (messages) => attempt('handledIds', () => content.handled(messages)),
    loadSagas: (keys) => attempt('loadSagas', () => content.sagasOf(keys)),
    begin: () => attempt('begin', () => new MemoryTransaction(save)),
    save,
    positions: (group) => attempt('positions', () => content.positions(group)),
    pendingOutbox: (lane) => attempt('pendingOutbox', () => content.pendingOutbox(lane)),
    lanesWithOutbox: (ms) => attempt('lanesWithOutbox', () => content.lanesWithOutbox(ms)),
    deleteOutbox: (outboxIds) => attempt('deleteOutbox', () => content.deleteOutbox(outboxIds)),
    publishScheduled: (publish, limit) => attempt('publishScheduled', () => content.publishScheduled(publish, limit)),
    deleteHandledBefore: (date) => attempt('deleteHandledBefore', () => content.deleteHandledBefore(date)),
    deleteCompletedBefore: (date) => attempt('deleteCompletedBefore', () => content.deleteCompletedBefore(date)),
    census: () => attempt('census', () => content.census()),
    sagaCounts: () => attempt('sagaCounts', () => content.sagaCounts()),
    close: () => Promise.resolve(),
    rows: (table) => content.rowsOf(table),
    scheduled: () => content.scheduledRecords(),
    failNext: (operation, when = 'before', error = new StoreUnavailable('a fault made by the test')) => {
      faults.push({ operation, when, error })
    },
  }
}

class MemoryTransaction implements StoreTransaction {
  readonly unavailable = undefined
  readonly #save: Store['save']
  #ended = false

  constructor(save: Store['save']) {
    this.#save = save
  }

  query(): Promise<never> {
    return Promise.reject(new Error('The memory store has no SQL: test what uses tx on PostgreSQL (*.kafka.test.ts).'))
  }

  async commit(units: readonly UnitOfWork[]): Promise<readonly (string | undefined)[]> {
    if (this.#ended) throw new Error('This transaction has ended: begin another one.')
    this.#ended = true
    return this.#save(units)
  }

  async rollback(): Promise<void> {
    this.#ended = true
  }
}
