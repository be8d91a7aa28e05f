import type { Handler } from '../definition/handler.ts'
import { AlreadyHandled, SagaConflict } from '../store/port.ts'
import { type Failed, failedIfBusy, failedOrAgain, type Timing } from './attempt.ts'
import { MessagesFailed } from './batchRun.ts'
import { bisect } from './bisect.ts'
import type { Delivery } from './delivery.ts'
import { dropDuplicates, handledAmong, withoutHandled } from './inbox.ts'
import type { LaneContext } from './laneContext.ts'
import { isUnavailable } from './retryUntilStopped.ts'
import { HandlerInterrupted } from './runningHandlers.ts'
import { settle } from './settle.ts'
import type { CommittedShare } from './sharedBatches.ts'

interface BatchRound {
  readonly lane: LaneContext
  /** Collects the messages of the round that were not begun, in order. */
  readonly notBegun: Delivery[]
  /** Saves failed messages, which have left nothing in a transaction. */
  readonly save: (failed: readonly Failed[]) => Promise<void>
}

/**
 * Handles messages of one batch handler together. When the batch fails, the messages to blame are separated from the others,
 * and these are handled again without them.
 */
export async function handleAsBatch(round: BatchRound, handler: Handler, deliveries: readonly Delivery[]): Promise<void> {
  const { lane, notBegun } = round
  const { guard } = lane.runtime
  // What comes after a message that could not be begun is not begun either: or a key would lose its order.
  const mayBegin = notBegun.length === 0 && !lane.isEnding() && !(guard.isOn && deliveries.length > 1)
  if (!mayBegin) return void notBegun.push(...deliveries)
  const ready = await withoutBusy(round, deliveries)
  if (ready.length === 0) return
  const result = await lane.retry('handle a batch', () => tryBatch(lane, handler, ready))
  if (result === 'interrupted') return void notBegun.push(...ready)
  if ('failed' in result) return afterFailure(round, handler, ready, result)
  if (guard.failuresInARow > 0) guard.succeeded()
  await settle(lane, result.outcome, result.outboxId)
}

/** Postpones what must wait for a handler that was given up and has not ended. */
async function withoutBusy({ lane, save }: BatchRound, deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
  const busy = deliveries.flatMap((delivery) => failedIfBusy(lane.runtime, delivery) ?? [])
  if (busy.length === 0) return deliveries
  await save(busy)
  const isBusy = new Set(busy.map(({ delivery }) => delivery))
  return deliveries.filter((delivery) => !isBusy.has(delivery))
}

interface FailedBatch extends Timing {
  readonly failed: unknown
}

type Result = CommittedShare | FailedBatch | 'interrupted'

async function tryBatch(lane: LaneContext, handler: Handler, deliveries: readonly Delivery[]): Promise<Result> {
  const startedAt = lane.runtime.now()
  const began = performance.now()
  try {
    return await lane.runtime.runShared(handler, { lane, deliveries })
  } catch (error) {
    if (isUnavailable(error)) throw error
    if (error instanceof HandlerInterrupted) return 'interrupted'
    return { failed: error, startedAt, seconds: (performance.now() - began) / 1000 / deliveries.length }
  }
}

async function afterFailure(
  round: BatchRound,
  handler: Handler,
  deliveries: readonly Delivery[],
  { failed: error, startedAt, seconds }: FailedBatch,
): Promise<void> {
  const timing = { startedAt, seconds }
  // Another member was faster. Only what the database refuses to write is a message's own fault.
  const isConflict = error instanceof AlreadyHandled || error instanceof SagaConflict
  if (isConflict) return handleAsBatch(round, handler, await withoutHandled(round.lane, deliveries))
  const errors = error instanceof MessagesFailed ? error.errors : undefined
  if (errors !== undefined) return againWithout(round, handler, deliveries, { errors, ...timing })
  await bisect(
    deliveries,
    (half) => handleAsBatch(round, handler, half),
    (only) => againWithout(round, handler, [only], { errors: new Map([[only, error]]), ...timing }),
  )
}

interface FailedInBatch extends Timing {
  readonly errors: ReadonlyMap<Delivery, unknown>
}

/** Messages that have failed may have a further try at once: with the others, so that each key keeps its order. */
async function againWithout(
  round: BatchRound,
  handler: Handler,
  deliveries: readonly Delivery[],
  { errors, startedAt, seconds }: FailedInBatch,
): Promise<void> {
  const { lane } = round
  // Another replica may have just handled the same message, and caused this error with it: then nothing has failed.
  const known = await handledAmong(lane, [...errors.keys()].map(identityOf))
  dropDuplicates(
    lane,
    deliveries.filter((delivery) => known.has(identityOf(delivery))),
  )
  const after = (delivery: Delivery) =>
    failedOrAgain(lane.runtime, { delivery, tries: delivery.tries + 1, startedAt, seconds }, errors.get(delivery))
  const next = deliveries
    .filter((delivery) => !known.has(identityOf(delivery)))
    .map((delivery) => (errors.has(delivery) ? after(delivery) : delivery))
  const failed = next.filter((each): each is Failed => 'destination' in each)
  if (failed.length > 0) await round.save(failed)
  await handleAsBatch(
    round,
    handler,
    next.filter((each): each is Delivery => !('destination' in each)),
  )
}

const identityOf = ({ envelope }: Delivery) => envelope.identity
