import type { OutgoingRecord } from '../../broker/port.ts'
import type { Table } from '../../definition/table.ts'
import type { MessageIdentity } from '../../identity.ts'
import { nextPollAt } from '../nextPollAt.ts'
import {
  AlreadyHandled,
  type Census,
  type OutboxEntry,
  type GroupPosition,
  SagaConflict,
  type SagaCount,
  type SagaKey,
  type SavedPosition,
  type SavedSaga,
  type ScheduledRecord,
  type UnitOfWork,
  WriteRefused,
} from '../port.ts'
import { asStored, refuseUnstorable } from './unstorable.ts'

export type AnyRow = Readonly<Record<string, unknown>>

/** What every row of a table must satisfy beside the others that are there. */
export interface Constraint {
  readonly table: Table
  readonly name: string
  readonly holds: (row: AnyRow, others: readonly AnyRow[]) => boolean
}

/** When what could not be published is due again. */
const againAfterMs = 10_000

/** What the replicas that share a memory store have saved. */
export class MemoryContent {
  /** When each was handled. */
  readonly #inbox = new Map<string, Date>()
  readonly #sagas = new Map<string, SavedSaga>()
  readonly #completedAt = new Map<string, Date>()
  readonly #outbox = new Map<string, OutboxEntry & { readonly lane: string; readonly at: number }>()
  readonly #scheduled = new Map<string, ScheduledRecord>()
  readonly #rows = new Map<string, AnyRow[]>()
  readonly #positions = new Map<string, SavedPosition>()
  readonly #taken = new Set<string>()
  readonly #constraints: readonly Constraint[]
  #outboxIds = 0

  constructor(constraints: readonly Constraint[]) {
    this.#constraints = constraints
  }

  handled(messages: readonly MessageIdentity[]): ReadonlySet<MessageIdentity> {
    return new Set(messages.filter((message) => this.#inbox.has(messageKey(message))))
  }

  deleteHandledBefore(date: Date): number {
    const old = [...this.#inbox].filter(([, at]) => at < date)
    for (const [key] of old) this.#inbox.delete(key)
    return old.length
  }

  deleteCompletedBefore(date: Date): number {
    const old = [...this.#completedAt].filter(([, at]) => at < date)
    for (const [key] of old) {
      this.#completedAt.delete(key)
      this.#sagas.delete(key)
    }
    return old.length
  }

  #saveSaga(saga: SavedSaga): void {
    this.#sagas.set(sagaKey(saga), asSaved(saga))
    if (saga.completed) this.#completedAt.set(sagaKey(saga), new Date())
  }

  sagasOf(keys: readonly SagaKey[]): SavedSaga[] {
    return keys.flatMap((key) => {
      const saved = this.#sagas.get(sagaKey(key))
      return saved === undefined ? [] : [structuredClone(saved)]
    })
  }

  rowsOf(table: Table): readonly AnyRow[] {
    return this.#rows.get(table.name) ?? []
  }

  scheduledRecords(): ScheduledRecord[] {
    return [...this.#scheduled.values()]
  }

  /** Checks everything before it changes anything, so the units are saved whole or not at all. */
  save(units: readonly UnitOfWork[]): (string | undefined)[] {
    const stored = units.map(asStoredUnit)
    this.#refuseHandled(units.flatMap(({ handled }) => handled))
    this.#refuseOtherVersions(units.flatMap(({ sagas }) => sagas))
    this.#refuseBrokenConstraints(units.flatMap(({ rows }) => [...rows]))
    return stored.map((unit) => this.#saveOne(unit))
  }

  #saveOne(unit: UnitOfWork): string | undefined {
    for (const message of unit.handled) this.#inbox.set(messageKey(message), new Date())
    for (const saga of unit.sagas) this.#saveSaga(saga)
    for (const record of unit.scheduled) if (!this.#scheduled.has(record.id)) this.#scheduled.set(record.id, record)
    for (const [table, rows] of unit.rows) this.#rows.set(table.name, [...this.rowsOf(table), ...rows.map(copy)])
    this.deleteOutbox(unit.sent)
    for (const position of unit.positions ?? []) this.#savePosition(position)
    return this.#addToOutbox(unit)
  }

  #savePosition(position: GroupPosition): void {
    const key = positionKey(position)
    const saved = this.#positions.get(key)
    const isBehind = saved?.topicId === position.topicId && saved.offset > position.offset
    this.#positions.set(key, { ...(isBehind ? saved : position), savedAt: new Date() })
  }

  positions(group: string): SavedPosition[] {
    return [...this.#positions.values()].filter((position) => position.group === group)
  }

  pendingOutbox(lane: string): OutboxEntry[] {
    return [...this.#outbox.values()].filter((entry) => entry.lane === lane).map(({ id, outgoing }) => ({ id, outgoing }))
  }

  lanesWithOutbox(ms: number): string[] {
    const old = [...this.#outbox.values()].filter(({ at }) => Date.now() - at >= ms)
    return [...new Set(old.map(({ lane }) => lane))].toSorted()
  }

  deleteOutbox(ids: readonly string[]): void {
    for (const id of ids) this.#outbox.delete(id)
  }

  census(): Census {
    const now = Date.now()
    const [oldest] = this.#outbox.values()
    const dueAt = this.#inOrder()[0]?.dueAt.getTime() ?? now
    return {
      inbox: this.#inbox.size,
      outbox: { rows: this.#outbox.size, oldestMs: now - (oldest?.at ?? now) },
      scheduled: { records: this.#scheduled.size, overdueMs: Math.max(0, now - dueAt) },
    }
  }

  sagaCounts(): SagaCount[] {
    return [...Map.groupBy(this.#sagas.values(), ({ saga }) => saga)].map(([saga, all]) => {
      const completed = all.filter((each) => each.completed).length
      return { saga, open: all.length - completed, completed }
    })
  }

  async publishScheduled(
    publish: (records: readonly OutgoingRecord[]) => Promise<readonly OutgoingRecord[] | void>,
    limit: number,
  ) {
    const now = new Date()
    const taken = this.#inOrder()
      .filter(({ id, dueAt }) => dueAt <= now && !this.#taken.has(id))
      .slice(0, limit)
    let kept: ReadonlySet<OutgoingRecord> = new Set()
    for (const { id } of taken) this.#taken.add(id)
    try {
      kept = new Set((taken.length > 0 ? await publish(taken.map(({ record }) => record)) : undefined) ?? [])
      for (const each of taken) {
        this.#scheduled.delete(each.id)
        if (kept.has(each.record)) this.#scheduled.set(each.id, { ...each, dueAt: new Date(now.getTime() + againAfterMs) })
      }
    } finally {
      for (const { id } of taken) this.#taken.delete(id)
    }
    return { published: taken.length - kept.size, nextAt: nextPollAt(this.#inOrder()[0]?.dueAt, now, taken.length < limit) }
  }

  #inOrder(): ScheduledRecord[] {
    return this.scheduledRecords().toSorted((one, other) => one.dueAt.getTime() - other.dueAt.getTime())
  }

  #addToOutbox({ lane, outgoing }: UnitOfWork): string | undefined {
    if (outgoing.length === 0) return undefined
    this.#outboxIds += 1
    const id = String(this.#outboxIds)
    this.#outbox.set(id, { id, lane, outgoing, at: Date.now() })
    return id
  }

  #refuseHandled(messages: readonly MessageIdentity[]): void {
    refuseRepeated('message', messages.map(messageKey))
    const known = messages.find((message) => this.#inbox.has(messageKey(message)))
    if (known !== undefined) throw new AlreadyHandled(`Message ${known.id} of ${known.source} was handled before.`)
  }

  #refuseOtherVersions(sagas: readonly SavedSaga[]): void {
    refuseRepeated('saga', sagas.map(sagaKey))
    for (const saga of sagas) {
      const version = this.#sagas.get(sagaKey(saga))?.version ?? 0
      if (version !== saga.version)
        throw new SagaConflict(`Saga ${saga.saga} ${saga.id} was loaded with version ${saga.version} and has ${version} now.`)
    }
  }

  #refuseBrokenConstraints(tables: readonly (readonly [Table, readonly AnyRow[]])[]): void {
    const all = new Map<string, AnyRow[]>()
    for (const [table, row] of tables.flatMap(([each, rows]) => rows.map((row) => [each, row] as const))) {
      const others = all.get(table.name) ?? [...this.rowsOf(table)]
      const broken = this.#constraints.find((each) => each.table.name === table.name && !each.holds(row, others))
      if (broken !== undefined) throw new WriteRefused(`A row of ${table.name} breaks the constraint ${broken.name}.`)
      others.push(row)
      all.set(table.name, others)
    }
  }
}

const messageKey = ({ source, id }: MessageIdentity) => JSON.stringify([source, id])

const positionKey = ({ group, topic, partition }: GroupPosition) => JSON.stringify([group, topic, partition])

const sagaKey = ({ saga, id }: SagaKey) => JSON.stringify([saga, id])

function refuseRepeated(what: string, keys: readonly string[]): void {
  if (new Set(keys).size < keys.length) throw new WriteRefused(`One save has the same ${what} twice.`)
}

function asStoredUnit(unit: UnitOfWork): UnitOfWork {
  refuseUnstorable(unit)
  const scheduled = unit.scheduled.map((each) => ({ ...each, record: asStored([each.record])[0] ?? each.record }))
  return { ...unit, outgoing: asStored(unit.outgoing), scheduled }
}

const asSaved = (saga: SavedSaga): SavedSaga => ({ ...structuredClone(saga), version: saga.version + 1 })

const copy = (row: AnyRow): AnyRow => ({ ...row })
