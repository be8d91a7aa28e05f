import type { BrokerRecord, OutgoingRecord } from '../broker/port.ts'
import type { Table } from '../definition/table.ts'
import {
  AlreadyHandled,
  type UnitOfWork,
  type ScheduledRecord,
  SagaConflict,
  type Store,
  type StoreTransaction,
  WriteRefused,
} from '../store/port.ts'
import { recover } from '../recoverability/policy.ts'
import { type Delivery, open } from './delivery.ts'
import { type FailedAttempt, toRecoveryRecord } from './recovery.ts'
import { type Handled, runAll, TransactionAborted } from './runHandlers.ts'
import { sagaKey, SagaStates } from './sagas.ts'
import { type BatchCrashPoint, crashPoints } from './crashPoints.ts'
import { retryUntilStopped } from './retryUntilStopped.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'

/** A lane's memory between two batches. */
export interface LaneOutbox {
  readonly lane: string
  /** Outbox rows whose records were sent: they go with the next save. */
  readonly sent: Set<string>
}

/**
 * Handles records of one lane. Resolves when everything they led to is saved and sent, so that their offsets may be
 * committed. Nothing that store or broker refuse is skipped: it waits for them. @throws Stopped
 */
export async function handleBatch(runtime: EndpointRuntime, outbox: LaneOutbox, records: readonly BrokerRecord[]): Promise<void> {
  const deliveries = await retryUntilStopped('read a batch', runtime, () => open(runtime, records))
  await settle(runtime, outbox, deliveries)
}

/** Sends what the lane has saved and may not have sent: its own records come again, and later ones of the same keys must not overtake. */
export async function sendPendingOutbox(runtime: EndpointRuntime, outbox: LaneOutbox): Promise<void> {
  await retryUntilStopped('send what was saved', runtime, async () => {
    for (const { id, outgoing } of await runtime.store.pendingOutbox(outbox.lane)) {
      if (outbox.sent.has(id)) continue
      await runtime.broker.publish(outgoing)
      outbox.sent.add(id)
    }
  })
}

async function settle(runtime: EndpointRuntime, outbox: LaneOutbox, deliveries: readonly Delivery[]): Promise<void> {
  const fresh = await retryUntilStopped('look into the inbox', runtime, () => skipHandled(runtime, outbox, deliveries))
  await decideAndSend(runtime, outbox, fresh, 0)
}

/** Leaves out what was handled before; and sees to it that what was said then has been sent. */
async function skipHandled(
  runtime: EndpointRuntime,
  outbox: LaneOutbox,
  deliveries: readonly Delivery[],
): Promise<readonly Delivery[]> {
  const unique = [...new Map(deliveries.map((delivery) => [delivery.envelope.id, delivery])).values()]
  if (unique.length === 0) return unique
  const known = await runtime.store.handledIds(unique.map((delivery) => delivery.envelope.id))
  if (known.size === 0) return unique
  await sendPendingOutbox(runtime, outbox)
  return unique.filter((delivery) => !known.has(delivery.envelope.id))
}

/** What a batch came to: work to be saved, and records for those that failed. */
interface Outcome {
  readonly work: UnitOfWork
  readonly recovery: readonly OutgoingRecord[]
}

async function decideAndSend(
  runtime: EndpointRuntime,
  outbox: LaneOutbox,
  deliveries: readonly Delivery[],
  triesBefore: number,
): Promise<void> {
  if (deliveries.length === 0) return
  const saved = await retryUntilStopped('save a batch', runtime, () => decide(runtime, outbox, deliveries, triesBefore))
  if (saved.kind === 'conflict') return settle(runtime, outbox, deliveries)
  if (saved.kind === 'aborted') return separate(runtime, outbox, deliveries, triesBefore, saved.error)
  const moment: BatchCrashPoint = { endpoint: runtime.endpoint.name, lane: outbox.lane }
  crashPoints.saved.publish(moment)
  await send(runtime, [...saved.outcome.work.outgoing, ...saved.outcome.recovery])
  crashPoints.sent.publish(moment)
  for (const id of saved.outcome.work.sent) outbox.sent.delete(id)
  if (saved.outboxId !== undefined) outbox.sent.add(saved.outboxId)
}

type Saved =
  | { readonly kind: 'saved'; readonly outcome: Outcome; readonly outboxId: string | undefined }
  /** Somebody else was faster with a message or a saga. */
  | { readonly kind: 'conflict' }
  /** One message spoiled the transaction for all. */
  | { readonly kind: 'aborted'; readonly error: unknown }

async function decide(
  runtime: EndpointRuntime,
  outbox: LaneOutbox,
  deliveries: readonly Delivery[],
  triesBefore: number,
): Promise<Saved> {
  const transaction = runtime.store.transaction()
  try {
    const states = await SagaStates.load(runtime.store, sagaKeys(deliveries))
    const results = await runAll(runtime, deliveries, states, transaction, triesBefore)
    if (transaction.unavailable !== undefined) throw transaction.unavailable
    return await save(runtime, conclude(runtime, outbox, results, states), transaction)
  } catch (error) {
    await transaction.rollback()
    if (transaction.unavailable !== undefined) throw transaction.unavailable
    if (error instanceof AlreadyHandled || error instanceof SagaConflict) return { kind: 'conflict' }
    if (error instanceof WriteRefused) return { kind: 'aborted', error }
    if (error instanceof TransactionAborted) return { kind: 'aborted', error: error.cause }
    throw error
  }
}

/**
 * While the database cannot take a batch, what its handlers said is kept and offered again: running them anew would mail
 * and charge anew with every try. Only a transaction that handlers worked in is lost with its connection, and they with it.
 */
async function save(runtime: EndpointRuntime, outcome: Outcome, transaction: StoreTransaction): Promise<Saved> {
  const { work } = outcome
  const { store } = runtime
  const isEmpty = work.handled.length === 0 && work.scheduled.length === 0
  if (transaction.used && !isEmpty) return { kind: 'saved', outcome, outboxId: await store.save(work, transaction) }
  // A handler that did not wait for its query is told so from here on, and begins nothing that nobody would end.
  await transaction.rollback()
  if (isEmpty) return { kind: 'saved', outcome: { ...outcome, work: { ...work, sent: [] } }, outboxId: undefined }
  const saved = await retryUntilStopped('save a batch', runtime, () => attemptSave(store, work))
  if (saved.refused !== undefined) throw saved.refused
  return { kind: 'saved', outcome, outboxId: saved.outboxId }
}

/** @returns what only another decision can mend. @throws StoreUnavailable */
async function attemptSave(store: Store, work: UnitOfWork): Promise<{ outboxId?: string | undefined; refused?: Error }> {
  try {
    return { outboxId: await store.save(work, store.transaction()) }
  } catch (error) {
    if (error instanceof AlreadyHandled || error instanceof SagaConflict || error instanceof WriteRefused)
      return { refused: error }
    throw error
  }
}

/** Halves the batch until the message that spoils it is alone: so it costs only itself, and order stays. */
async function separate(
  runtime: EndpointRuntime,
  outbox: LaneOutbox,
  deliveries: readonly Delivery[],
  triesBefore: number,
  error: unknown,
): Promise<void> {
  const [only] = deliveries
  if (deliveries.length === 1 && only !== undefined) return giveUpOrAgain(runtime, outbox, only, triesBefore + 1, error)
  const middle = Math.ceil(deliveries.length / 2)
  await decideAndSend(runtime, outbox, deliveries.slice(0, middle), 0)
  await decideAndSend(runtime, outbox, deliveries.slice(middle), 0)
}

async function giveUpOrAgain(
  runtime: EndpointRuntime,
  outbox: LaneOutbox,
  delivery: Delivery,
  tries: number,
  error: unknown,
): Promise<void> {
  // A constraint that another replica's handling of the same message has just met is no failure of this one.
  const fresh = await retryUntilStopped('look into the inbox', runtime, () => skipHandled(runtime, outbox, [delivery]))
  if (fresh.length === 0) return
  const { delayedRetries } = delivery.envelope
  const recovery = recover(runtime.endpoint.recoverability, { error, immediateRetries: tries - 1, delayedRetries })
  if (recovery.kind === 'again') return decideAndSend(runtime, outbox, [delivery], tries)
  const { outgoing, scheduled } = toRecoveryRecords(runtime, [
    { envelope: delivery.envelope, handler: delivery.route?.name, error, tries },
  ])
  if (scheduled.length > 0)
    await retryUntilStopped('save a batch', runtime, () =>
      runtime.store.save({ ...nothing(outbox.lane), scheduled }, runtime.store.transaction()),
    )
  await send(runtime, outgoing)
}

async function send(runtime: EndpointRuntime, records: readonly OutgoingRecord[]): Promise<void> {
  if (records.length > 0) await retryUntilStopped('send messages', runtime, () => runtime.broker.publish(records))
}

function conclude(
  runtime: EndpointRuntime,
  outbox: LaneOutbox,
  results: readonly (Handled | FailedAttempt)[],
  states: SagaStates,
): Outcome {
  const handled = results.filter((result) => 'effects' in result)
  const { outgoing: recovery, scheduled: postponed } = toRecoveryRecords(
    runtime,
    results.filter((result) => 'error' in result),
  )
  const work: UnitOfWork = {
    lane: outbox.lane,
    handled: handled.map((result) => result.envelope.id),
    outgoing: handled.flatMap((result) => result.effects.outgoing),
    rows: rowsByTable(handled),
    sagas: states.changed(),
    scheduled: [...handled.flatMap((result) => result.effects.scheduled), ...postponed],
    sent: [...outbox.sent],
  }
  return { work, recovery }
}

function toRecoveryRecords(
  runtime: EndpointRuntime,
  failures: readonly FailedAttempt[],
): { outgoing: OutgoingRecord[]; scheduled: ScheduledRecord[] } {
  const outgoing: OutgoingRecord[] = []
  const scheduled: ScheduledRecord[] = []
  for (const failure of failures) {
    const way = toRecoveryRecord(runtime.endpoint, runtime.prefix, failure)
    if (way.kind === 'due') scheduled.push(way.due)
    else outgoing.push(way.record)
    runtime.failed(failure, way)
  }
  return { outgoing, scheduled }
}

function rowsByTable(handled: readonly Handled[]): UnitOfWork['rows'] {
  const rows = new Map<Table, Readonly<Record<string, unknown>>[]>()
  for (const { effects } of handled)
    for (const { table, row } of effects.rows) {
      const list = rows.get(table)
      if (list === undefined) rows.set(table, [row])
      else list.push(row)
    }
  return rows
}

function sagaKeys(deliveries: readonly Delivery[]) {
  return deliveries.flatMap(({ route, data }) => (route?.saga !== undefined && data !== undefined ? [sagaKey(route, data)] : []))
}

const nothing = (lane: string): UnitOfWork => ({
  lane,
  handled: [],
  outgoing: [],
  rows: new Map(),
  sagas: [],
  scheduled: [],
  sent: [],
})
