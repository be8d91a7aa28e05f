import type { BrokerRecord, OutgoingRecord } from '../broker/port.ts'
import { ce, headerText } from '../headers.ts'
import type { Delivery } from './delivery.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'
import { HeldOutgoing } from './heldOutgoing.ts'
import { LanePositions } from './lanePositions.ts'
import { pause } from '../pause.ts'
import { begin, pauseAfter, type Progress, retryUntilStopped, Stopped } from './retryUntilStopped.ts'
import { waitForRecords } from './status.ts'

/** What is saved and may be published later. */
export interface Untold {
  readonly outboxId: string
  readonly records: readonly OutgoingRecord[]
  /** Milliseconds since the epoch. */
  readonly since: number
}

/** What the steps of a batch need from their lane. */
export interface LaneContext {
  /** `<group>/<partition>`. The lane's outbox rows have this name. */
  readonly name: string
  readonly runtime: EndpointRuntime
  /** Ids of outbox rows whose records were sent. The rows are deleted with the lane's next save. */
  readonly sent: Set<string>
  /** Outbox rows with nothing in them but what the audit says: they are published with others, or a little later. */
  readonly untold: Untold[]
  readonly held: HeldOutgoing
  readonly positions: LanePositions
  /** Messages of the current batch that were handled before, and of which the audit says nothing yet. */
  readonly dropped: Delivery[]
  /** Whether no further message may be begun: the endpoint stops, or the lane belongs to another member now. */
  isEnding(): boolean
  /** {@link retryUntilStopped}; the lane's status shows what is tried. */
  retry<T>(what: string, action: () => Promise<T>): Promise<T>
  /** Runs an action once; the lane's status shows it. */
  during<T>(what: string, action: () => Promise<T>): Promise<T>
  /**
   * Called when another member was faster. From the second time in a row on it waits, longer each time, and logs a warning.
   * Without the pause, a slow batch that shares a saga with fast ones might never be saved.
   */
  conflictPause(): Promise<void>
  /** For the lane's status. */
  readonly progress: Progress
  /** The records of the current batch. */
  records: readonly BrokerRecord[]
  /** How often in a row another member was faster. */
  conflicts: number
}

export function laneContext(runtime: EndpointRuntime, name: string, isEnding: () => boolean): LaneContext {
  const now = Date.now()
  const progress: Progress = {
    doing: waitForRecords,
    since: now,
    movedAt: now,
    failures: 0,
    error: undefined,
    subject: () => fieldsOfFirst(context.records),
  }
  const context: LaneContext = {
    name,
    runtime,
    sent: new Set(),
    untold: [],
    held: new HeldOutgoing(runtime),
    positions: new LanePositions(),
    dropped: [],
    isEnding,
    progress,
    records: [],
    conflicts: 0,
    conflictPause: () => conflictPause(context),
    during: (what, action) => {
      begin(progress, what)
      return action()
    },
    retry: (what, action) => retryUntilStopped(what, { signal: runtime.signal, log: runtime.log, progress }, action),
  }
  return context
}

async function conflictPause(context: LaneContext): Promise<void> {
  const { runtime, progress } = context
  context.conflicts += 1
  if (context.conflicts === 1) return
  const pauseMs = pauseAfter(context.conflicts - 1)
  Object.assign(progress, { failures: context.conflicts, error: 'another member was faster' })
  runtime.log.warn(
    { conflicts: context.conflicts, pauseMs: Math.round(pauseMs), ...progress.subject() },
    'another member was faster with the same messages or sagas; deciding again',
  )
  await pause(pauseMs, runtime.signal)
  if (runtime.signal.aborted) throw new Stopped('stopped while another member was faster')
}

/** Log fields that name the first record of a batch. */
export function fieldsOfFirst([first]: readonly BrokerRecord[]): object {
  if (first === undefined) return {}
  const { topic, partition, offset, headers } = first
  return { topic, partition, offset: String(offset), messageId: headerText(headers, ce.id) }
}
