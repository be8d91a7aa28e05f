import type { OutgoingRecord } from '../broker/port.ts'
import type { Table } from '../definition/table.ts'
import { nextPollAt } from './nextPollAt.ts'
import {
  AlreadyHandled,
  type UnitOfWork,
  type ScheduledRecord,
  type OutboxEntry,
  SagaConflict,
  type SavedSaga,
  type SagaKey,
  type Store,
  type StoreTransaction,
  StoreUnavailable,
  WriteRefused,
} from './port.ts'

type AnyRow = Readonly<Record<string, unknown>>

/** What every row of a table must satisfy beside the others that are there. */
export interface Constraint {
  readonly table: Table
  readonly name: string
  readonly holds: (row: AnyRow, others: readonly AnyRow[]) => boolean
}

type Operation = 'handledIds' | 'loadSagas' | 'save' | 'pendingOutbox' | 'deleteOutbox' | 'publishScheduled'

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
  const content = new Content(constraints)
  const faults: Fault[] = []

  async function attempt<T>(operation: Operation, act: () => T | Promise<T>): Promise<T> {
    const at = faults.findIndex((fault) => fault.operation === operation)
    const [fault] = at < 0 ? [] : faults.splice(at, 1)
    if (fault?.when === 'before') throw fault.error
    const result = await act()
    if (fault !== undefined) throw fault.error
    return result
  }

  return {
    handledIds: (ids) => attempt('handledIds', () => new Set(ids.filter((id) => content.inbox.has(id)))),
    loadSagas: (keys) => attempt('loadSagas', () => content.sagasOf(keys)),
    transaction: noSqlTransaction,
    save: (work) => attempt('save', () => content.save(work)),
    pendingOutbox: (lane) => attempt('pendingOutbox', () => content.pendingOutbox(lane)),
    deleteOutbox: (outboxIds) => attempt('deleteOutbox', () => content.deleteOutbox(outboxIds)),
    publishScheduled: (publish, limit) => attempt('publishScheduled', () => content.publishScheduled(publish, limit)),
    close: () => Promise.resolve(),
    rows: (table) => content.rows.get(table.name) ?? [],
    scheduled: () => [...content.due.values()],
    failNext: (operation, when = 'before', error = new StoreUnavailable('a fault made by the test')) => {
      faults.push({ operation, when, error })
    },
  }
}

class Content {
  readonly inbox = new Set<string>()
  readonly sagas = new Map<string, SavedSaga>()
  readonly outbox = new Map<string, OutboxEntry & { readonly lane: string }>()
  readonly due = new Map<string, ScheduledRecord>()
  readonly rows = new Map<string, AnyRow[]>()
  readonly #taken = new Set<string>()
  readonly #constraints: readonly Constraint[]
  #outboxIds = 0

  constructor(constraints: readonly Constraint[]) {
    this.#constraints = constraints
  }

  sagasOf(keys: readonly SagaKey[]): SavedSaga[] {
    return keys.flatMap((key) => {
      const saved = this.sagas.get(sagaKey(key))
      return saved === undefined ? [] : [structuredClone(saved)]
    })
  }

  /** Checks everything before it changes anything: that makes it whole or nothing. */
  save(work: UnitOfWork): string | undefined {
    this.#refuseHandled(work.handled)
    for (const saga of work.sagas) this.#refuseOtherVersion(saga)
    for (const [table, rows] of work.rows) this.#refuseBrokenConstraint(table, rows)
    for (const id of work.handled) this.inbox.add(id)
    for (const saga of work.sagas) this.sagas.set(sagaKey(saga), asSaved(saga))
    for (const record of work.scheduled) if (!this.due.has(record.id)) this.due.set(record.id, record)
    for (const [{ name }, rows] of work.rows) this.rows.set(name, [...(this.rows.get(name) ?? []), ...rows.map(copy)])
    this.deleteOutbox(work.sent)
    return this.#addToOutbox(work)
  }

  pendingOutbox(lane: string): OutboxEntry[] {
    return [...this.outbox.values()].filter((entry) => entry.lane === lane).map(({ id, outgoing }) => ({ id, outgoing }))
  }

  deleteOutbox(ids: readonly string[]): void {
    for (const id of ids) this.outbox.delete(id)
  }

  async publishScheduled(publish: (records: readonly OutgoingRecord[]) => Promise<void>, limit: number) {
    const now = new Date()
    const taken = this.#inOrder()
      .filter(({ id, dueAt }) => dueAt <= now && !this.#taken.has(id))
      .slice(0, limit)
    for (const { id } of taken) this.#taken.add(id)
    try {
      if (taken.length > 0) await publish(taken.map(({ record }) => record))
      for (const { id } of taken) this.due.delete(id)
    } finally {
      for (const { id } of taken) this.#taken.delete(id)
    }
    return { published: taken.length, nextAt: nextPollAt(this.#inOrder()[0]?.dueAt, now, taken.length < limit) }
  }

  #inOrder(): ScheduledRecord[] {
    return [...this.due.values()].toSorted((one, other) => one.dueAt.getTime() - other.dueAt.getTime())
  }

  #addToOutbox({ lane, outgoing }: UnitOfWork): string | undefined {
    if (outgoing.length === 0) return undefined
    this.#outboxIds += 1
    const id = String(this.#outboxIds)
    this.outbox.set(id, { id, lane, outgoing: [...outgoing] })
    return id
  }

  #refuseHandled(ids: readonly string[]): void {
    const known = ids.find((id) => this.inbox.has(id))
    if (known !== undefined) throw new AlreadyHandled(`Message ${known} was handled before.`)
    if (new Set(ids).size < ids.length) throw new WriteRefused('A message id stands twice in one batch.')
  }

  #refuseOtherVersion(saga: SavedSaga): void {
    const version = this.sagas.get(sagaKey(saga))?.version ?? 0
    if (version !== saga.version)
      throw new SagaConflict(`Saga ${saga.saga} ${saga.id} was loaded with version ${saga.version} and has ${version} now.`)
  }

  #refuseBrokenConstraint(table: Table, rows: readonly AnyRow[]): void {
    const there = [...(this.rows.get(table.name) ?? [])]
    for (const row of rows) {
      const broken = this.#constraints.find((each) => each.table.name === table.name && !each.holds(row, there))
      if (broken !== undefined) throw new WriteRefused(`A row of ${table.name} breaks the constraint ${broken.name}.`)
      there.push(row)
    }
  }
}

const sagaKey = ({ saga, id }: SagaKey) => JSON.stringify([saga, id])

const asSaved = (saga: SavedSaga): SavedSaga => ({ ...structuredClone(saga), version: saga.version + 1 })

const copy = (row: AnyRow): AnyRow => ({ ...row })

function noSqlTransaction(): StoreTransaction {
  return {
    used: false,
    unavailable: undefined,
    query: () => Promise.reject(new Error('The memory store has no SQL: test what uses tx on PostgreSQL (*.kafka.test.ts).')),
    rollback: () => Promise.resolve(),
  }
}
