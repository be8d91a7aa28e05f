import type { BrokerRecord, OutgoingRecord } from '../broker/port.ts'
import type { Table } from '../definition/table.ts'
import {
  AlreadyHandled,
  type Decisions,
  type DueRecord,
  SagaConflict,
  type Store,
  type StoreTransaction,
  WriteRefused,
} from '../store/port.ts'
import { recover } from '../recoverability/policy.ts'
import { type Delivery, open } from './delivery.ts'
import { type FailedAttempt, wayOut } from './recovery.ts'
import { type Handled, runAll, Spoiled } from './runHandlers.ts'
import { sagaKey, SagaStates } from './sagas.ts'
import { type BatchMoment, moments } from './moments.ts'
import { patiently } from './patience.ts'
import type { Workshop } from './workshop.ts'

/** A lane's memory between two batches. */
export interface LaneLedger {
  readonly lane: string
  /** Outbox rows whose records were sent: they go with the next save. */
  readonly sent: Set<string>
}

/**
 * Handles records of one lane. Resolves when everything they led to is saved and sent, so that their offsets may be
 * committed. Nothing that store or broker refuse is skipped: it waits for them. @throws Stopped
 */
export async function handleBatch(workshop: Workshop, ledger: LaneLedger, records: readonly BrokerRecord[]): Promise<void> {
  const deliveries = await patiently('read a batch', workshop, () => open(workshop, records))
  await settle(workshop, ledger, deliveries)
}

/** Sends what the lane has saved and may not have sent: its own records come again, and later ones of the same keys must not overtake. */
export async function sendUnsent(workshop: Workshop, ledger: LaneLedger): Promise<void> {
  await patiently('send what was saved', workshop, async () => {
    for (const { id, outgoing } of await workshop.store.unsent(ledger.lane)) {
      if (ledger.sent.has(id)) continue
      await workshop.broker.publish(outgoing)
      ledger.sent.add(id)
    }
  })
}

async function settle(workshop: Workshop, ledger: LaneLedger, deliveries: readonly Delivery[]): Promise<void> {
  const fresh = await patiently('look into the inbox', workshop, () => dropKnown(workshop, ledger, deliveries))
  await decideAndSend(workshop, ledger, fresh, 0)
}

/** Leaves out what was handled before; and sees to it that what was said then has been sent. */
async function dropKnown(workshop: Workshop, ledger: LaneLedger, deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
  const unique = [...new Map(deliveries.map((delivery) => [delivery.envelope.id, delivery])).values()]
  if (unique.length === 0) return unique
  const known = await workshop.store.known(unique.map((delivery) => delivery.envelope.id))
  if (known.size === 0) return unique
  await sendUnsent(workshop, ledger)
  return unique.filter((delivery) => !known.has(delivery.envelope.id))
}

/** What a batch came to: decisions to be saved, and records for those that failed. */
interface Outcome {
  readonly decisions: Decisions
  readonly recovery: readonly OutgoingRecord[]
}

async function decideAndSend(
  workshop: Workshop,
  ledger: LaneLedger,
  deliveries: readonly Delivery[],
  triesBefore: number,
): Promise<void> {
  if (deliveries.length === 0) return
  const saved = await patiently('save a batch', workshop, () => decide(workshop, ledger, deliveries, triesBefore))
  if (saved.kind === 'look-again') return settle(workshop, ledger, deliveries)
  if (saved.kind === 'spoiled') return separate(workshop, ledger, deliveries, triesBefore, saved.error)
  const moment: BatchMoment = { endpoint: workshop.endpoint.name, lane: ledger.lane }
  moments.saved.publish(moment)
  await send(workshop, [...saved.outcome.decisions.outgoing, ...saved.outcome.recovery])
  moments.sent.publish(moment)
  for (const id of saved.outcome.decisions.sent) ledger.sent.delete(id)
  if (saved.outboxId !== undefined) ledger.sent.add(saved.outboxId)
}

type Saved =
  | { readonly kind: 'saved'; readonly outcome: Outcome; readonly outboxId: string | undefined }
  /** Somebody else was faster with a message or a saga. */
  | { readonly kind: 'look-again' }
  /** One message spoiled the transaction for all. */
  | { readonly kind: 'spoiled'; readonly error: unknown }

async function decide(
  workshop: Workshop,
  ledger: LaneLedger,
  deliveries: readonly Delivery[],
  triesBefore: number,
): Promise<Saved> {
  const transaction = workshop.store.transaction()
  try {
    const states = await SagaStates.load(workshop.store, sagaKeys(deliveries))
    const results = await runAll(workshop, deliveries, states, transaction, triesBefore)
    if (transaction.unavailable !== undefined) throw transaction.unavailable
    return await save(workshop, conclude(workshop, ledger, results, states), transaction)
  } catch (error) {
    await transaction.rollback()
    if (transaction.unavailable !== undefined) throw transaction.unavailable
    if (error instanceof AlreadyHandled || error instanceof SagaConflict) return { kind: 'look-again' }
    if (error instanceof WriteRefused) return { kind: 'spoiled', error }
    if (error instanceof Spoiled) return { kind: 'spoiled', error: error.cause }
    throw error
  }
}

/**
 * While the database cannot take a batch, what its handlers said is kept and offered again: running them anew would mail
 * and charge anew with every try. Only a transaction that handlers worked in is lost with its connection, and they with it.
 */
async function save(workshop: Workshop, outcome: Outcome, transaction: StoreTransaction): Promise<Saved> {
  const { decisions } = outcome
  const { store } = workshop
  const isEmpty = decisions.handled.length === 0 && decisions.due.length === 0
  if (transaction.used && !isEmpty) return { kind: 'saved', outcome, outboxId: await store.save(decisions, transaction) }
  // A handler that did not wait for its query is told so from here on, and begins nothing that nobody would end.
  await transaction.rollback()
  if (isEmpty) return { kind: 'saved', outcome: { ...outcome, decisions: { ...decisions, sent: [] } }, outboxId: undefined }
  const saved = await patiently('save a batch', workshop, () => attemptSave(store, decisions))
  if (saved.refused !== undefined) throw saved.refused
  return { kind: 'saved', outcome, outboxId: saved.outboxId }
}

/** @returns what only another decision can mend. @throws StoreUnavailable */
async function attemptSave(store: Store, decisions: Decisions): Promise<{ outboxId?: string | undefined; refused?: Error }> {
  try {
    return { outboxId: await store.save(decisions, store.transaction()) }
  } catch (error) {
    if (error instanceof AlreadyHandled || error instanceof SagaConflict || error instanceof WriteRefused)
      return { refused: error }
    throw error
  }
}

/** Halves the batch until the message that spoils it is alone: so it costs only itself, and order stays. */
async function separate(
  workshop: Workshop,
  ledger: LaneLedger,
  deliveries: readonly Delivery[],
  triesBefore: number,
  error: unknown,
): Promise<void> {
  const [only] = deliveries
  if (deliveries.length === 1 && only !== undefined) return giveUpOrAgain(workshop, ledger, only, triesBefore + 1, error)
  const middle = Math.ceil(deliveries.length / 2)
  await decideAndSend(workshop, ledger, deliveries.slice(0, middle), 0)
  await decideAndSend(workshop, ledger, deliveries.slice(middle), 0)
}

async function giveUpOrAgain(
  workshop: Workshop,
  ledger: LaneLedger,
  delivery: Delivery,
  tries: number,
  error: unknown,
): Promise<void> {
  // A constraint that another replica's handling of the same message has just met is no failure of this one.
  const fresh = await patiently('look into the inbox', workshop, () => dropKnown(workshop, ledger, [delivery]))
  if (fresh.length === 0) return
  const { delayedRetries } = delivery.envelope
  const recovery = recover(workshop.endpoint.recoverability, { error, immediateRetries: tries - 1, delayedRetries })
  if (recovery.kind === 'again') return decideAndSend(workshop, ledger, [delivery], tries)
  const { outgoing, due } = waysOut(workshop, [{ envelope: delivery.envelope, handler: delivery.route?.name, error, tries }])
  if (due.length > 0)
    await patiently('save a batch', workshop, () =>
      workshop.store.save({ ...nothing(ledger.lane), due }, workshop.store.transaction()),
    )
  await send(workshop, outgoing)
}

async function send(workshop: Workshop, records: readonly OutgoingRecord[]): Promise<void> {
  if (records.length > 0) await patiently('send messages', workshop, () => workshop.broker.publish(records))
}

function conclude(
  workshop: Workshop,
  ledger: LaneLedger,
  results: readonly (Handled | FailedAttempt)[],
  states: SagaStates,
): Outcome {
  const handled = results.filter((result) => 'effects' in result)
  const { outgoing: recovery, due: postponed } = waysOut(
    workshop,
    results.filter((result) => 'error' in result),
  )
  const decisions: Decisions = {
    lane: ledger.lane,
    handled: handled.map((result) => result.envelope.id),
    outgoing: handled.flatMap((result) => result.effects.outgoing),
    rows: rowsByTable(handled),
    sagas: states.changed(),
    due: [...handled.flatMap((result) => result.effects.due), ...postponed],
    sent: [...ledger.sent],
  }
  return { decisions, recovery }
}

function waysOut(workshop: Workshop, failures: readonly FailedAttempt[]): { outgoing: OutgoingRecord[]; due: DueRecord[] } {
  const outgoing: OutgoingRecord[] = []
  const due: DueRecord[] = []
  for (const failure of failures) {
    const way = wayOut(workshop.endpoint, workshop.prefix, failure)
    if (way.kind === 'due') due.push(way.due)
    else outgoing.push(way.record)
    workshop.failed(failure, way)
  }
  return { outgoing, due }
}

function rowsByTable(handled: readonly Handled[]): Decisions['rows'] {
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

const nothing = (lane: string): Decisions => ({ lane, handled: [], outgoing: [], rows: new Map(), sagas: [], due: [], sent: [] })
