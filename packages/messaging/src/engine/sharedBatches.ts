import { coalescing } from '../coalescing.ts'
import type { Handler } from '../definition/handler.ts'
import { runBatch } from './batchRun.ts'
import type { Delivery } from './delivery.ts'
import { lanesAtOnce } from './groupCommit.ts'
import type { LaneContext } from './laneContext.ts'
import { isUnavailable, moved } from './retryUntilStopped.ts'
import { HandlerInterrupted } from './runningHandlers.ts'
import { SagaStates } from './sagas.ts'
import { type Outcome, outcomeOf } from './unitOfWork.ts'

/** Messages of one lane for one batch handler, at least one. */
export interface LaneShare {
  readonly lane: LaneContext
  readonly deliveries: readonly Delivery[]
}

/** What was committed for a lane, and still has to be published. */
export interface CommittedShare {
  readonly outcome: Outcome
  readonly outboxId: string | undefined
}

/**
 * Runs a batch handler for a lane and commits. Nothing is saved when it throws.
 * @throws StoreUnavailable, HandlerInterrupted; MessagesFailed, a refusal of the store, or whatever the handler throws
 */
export type RunShared = (handler: Handler, share: LaneShare) => Promise<CommittedShare>

/**
 * Runs each batch handler in one transaction at a time. Lanes that come while it runs wait and share the next run: so the
 * lanes of a process never wait for each other's row locks, and a batch is large although each lane has little. When a
 * shared run fails, each lane runs alone: so a failure reaches only the lane that caused it.
 */
export function sharedBatches(): RunShared {
  const runs = new Map<Handler, (share: LaneShare) => Promise<CommittedShare>>()
  return (handler, share) => {
    const run = runs.get(handler) ?? runOf(handler)
    runs.set(handler, run)
    return run(share)
  }
}

function runOf(handler: Handler) {
  const waiting = new Set<LaneContext>()
  const beginRun = (shares: readonly LaneShare[]) => {
    // Also for lanes that are not in this run: they wait for it, and are not stuck.
    for (const lane of waiting) moved(lane.progress)
    return runAndCommit(handler, shares)
  }
  const run = coalescing(beginRun, {
    underWay: 1,
    atMost: lanesAtOnce,
    isOneCallsFault: (error) => !isUnavailable(error) && !(error instanceof HandlerInterrupted),
  })
  return (share: LaneShare) => {
    waiting.add(share.lane)
    return run(share).finally(() => waiting.delete(share.lane))
  }
}

const noSagas = new SagaStates([])

async function runAndCommit(handler: Handler, shares: readonly LaneShare[]): Promise<CommittedShare[]> {
  const runtime = runtimeOf(shares)
  const messages = shares.flatMap(({ deliveries }) => deliveries)
  return runtime.tracing.processTogether(handler.name, messages, () => inTransaction(handler, shares, messages))
}

async function inTransaction(
  handler: Handler,
  shares: readonly LaneShare[],
  messages: readonly Delivery[],
): Promise<CommittedShare[]> {
  const runtime = runtimeOf(shares)
  const transaction = await runtime.store.begin()
  try {
    const decided = await runBatch(runtime, handler, messages, transaction)
    const next = decided.values()
    const outcomes = shares.map(({ lane, deliveries }) => outcomeOf(lane, [...next.take(deliveries.length)], noSagas))
    const outboxIds = await transaction.commit(outcomes.map(({ unit }) => unit))
    return outcomes.map((outcome, index) => ({ outcome, outboxId: outboxIds[index] }))
  } catch (error) {
    // What a handler makes of the lost connection is not the reason.
    throw transaction.unavailable ?? error
  } finally {
    await transaction.rollback()
  }
}

function runtimeOf([first]: readonly LaneShare[]) {
  if (first === undefined) throw new TypeError('a batch without messages')
  return first.lane.runtime
}
