import type { HandledOutcome, SagaStep } from '../audit/audit.ts'
import type { Handling } from '../audit/handledEntry.ts'
import type { OutgoingRecord } from '../broker/port.ts'
import type { Table } from '../definition/table.ts'
import { ce, headerText } from '../headers.ts'
import type { SavedSaga, UnitOfWork } from '../store/port.ts'
import { type Decided, type Failed, type Handled, isFailed, isHandled } from './attempt.ts'
import type { LaneContext } from './laneContext.ts'
import { type RecoveryRecord, toRecoveryRecord } from './recoveryRecord.ts'
import type { SagaStates } from './sagas.ts'

/** The result of some messages: what is saved, and what is published for those that failed. */
export interface Outcome {
  readonly unit: UnitOfWork
  readonly handled: readonly Handled[]
  /** Whether there is anything to save: not when all messages have failed and none is postponed. */
  readonly needsSave: boolean
  /** Records for the retry topics and the dead letter topic, and what the audit says of them. */
  readonly recovery: readonly OutgoingRecord[]
  readonly failures: readonly FailedMessage[]
}

/** A failed message, and where it goes on. */
export interface FailedMessage {
  readonly failed: Failed
  readonly next: RecoveryRecord
}

/** The audit says of each message what happened to it, in a record that goes with what happens: it is saved with what is saved. */
export function outcomeOf(lane: LaneContext, decided: readonly Decided[], states: SagaStates): Outcome {
  const handled = decided.filter(isHandled)
  const failures = decided.filter(isFailed).map((failed) => ({ failed, next: toRecoveryRecord(lane.runtime, failed) }))
  const postponed = failures.flatMap(({ next }) => (next.kind === 'schedule' ? next.scheduled : []))
  const scheduled = [...handled.flatMap(({ effects }) => effects.scheduled), ...postponed]
  const { audit } = lane.runtime
  const saved = [...handled.map(toldAsHandled), ...failures.filter(isSaved).map(toldAsFailed)]
  const published = failures.filter((failure) => !isSaved(failure)).map(toldAsFailed)
  const positions = lane.positions.forSave(lane.runtime.now())
  const unit: UnitOfWork = {
    lane: lane.name,
    handled: handled.map(({ delivery }) => delivery.envelope.identity),
    outgoing: [...handled.flatMap(({ effects }) => effects.outgoing), ...audit.about(lane.name, saved)],
    rows: rowsByTable(handled),
    sagas: states.toSave(handled.flatMap(({ saga }) => saga ?? [])),
    scheduled,
    sent: [...lane.sent],
    ...(positions.length > 0 && { positions }),
  }
  return {
    unit,
    handled,
    needsSave: handled.length > 0 || scheduled.length > 0,
    recovery: [
      ...failures.flatMap(({ next }) => (next.kind === 'schedule' ? [] : next.record)),
      ...audit.about(lane.name, published),
    ],
    failures,
  }
}

const outcomes = {
  retry: 'retried',
  schedule: 'postponed',
  'dead-letter': 'deadLettered',
} as const satisfies Record<RecoveryRecord['kind'], HandledOutcome>

function toldAsHandled(handled: Handled): Handling {
  const { delivery, tries, startedAt, seconds } = handled
  const told: Handling = { delivery, outcome: 'handled', tries, startedAt, seconds }
  return delivery.route?.saga === undefined ? told : { ...told, sagaStep: sagaStepOf(handled) }
}

const sagaStepOf = ({ saga, effects }: Handled): SagaStep => ({
  change: changeOf(saga),
  timeouts: effects.scheduled.map(({ id, dueAt, record }) => ({
    id,
    type: headerText(record.headers, ce.type) ?? null,
    dueAt: dueAt.getTime(),
  })),
})

/** What the audit says of a failed message. */
export const toldAsFailed = ({ failed, next }: FailedMessage): Handling => ({ ...failed, outcome: outcomes[next.kind] })

/** A postponed message is saved, as those that were handled: any other goes on with what is published. */
const isSaved = ({ next }: FailedMessage) => next.kind === 'schedule'

function changeOf(saga: SavedSaga | undefined): SagaStep['change'] {
  if (saga === undefined) return 'ignored'
  if (saga.completed) return 'completed'
  return saga.version === 0 ? 'begun' : 'changed'
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
