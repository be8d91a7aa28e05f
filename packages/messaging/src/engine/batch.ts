import type { BrokerRecord } from '../broker/port.ts'
import { AlreadyHandled, SagaConflict, type UnitOfWork } from '../store/port.ts'
import { type Decided, failedOrAgain, isFailed, isHandled } from './attempt.ts'
import { handleAsBatch } from './batchRound.ts'
import { bisect } from './bisect.ts'
import { type Delivery, open } from './delivery.ts'
import { dropDuplicates, handledAmong, skipHandled } from './inbox.ts'
import type { LaneContext } from './laneContext.ts'
import { tidyingUp } from './outbox.ts'
import { isRefusal } from './refusal.ts'
import { kindOf, nextRound } from './rounds.ts'
import { runHandlers } from './runHandlers.ts'
import { sagaKey, SagaStates } from './sagas.ts'
import { settle, tellDropped } from './settle.ts'
import { handleInTransaction } from './transactionalRound.ts'
import { waitForTurn } from './status.ts'
import { dropTombstones } from './tombstones.ts'
import { outcomeOf } from './unitOfWork.ts'

/**
 * Handles records of one lane: open → skip what was handled → run the handlers → save → publish. Resolves when everything
 * is saved and published. While store, broker or registry are away, it waits.
 * @returns the records that were not handled because the lane is ending: they come again
 * @throws Stopped
 */
export async function handleBatch(lane: LaneContext, records: readonly BrokerRecord[]): Promise<ReadonlySet<BrokerRecord>> {
  const { runtime } = lane
  lane.records = records
  const deliveries = await lane.retry('read a batch', () => open(runtime, records))
  let left = await skipHandled(lane, await dropTombstones(lane, deliveries))
  while (left.length > 0 && !lane.isEnding()) {
    const { round, later } = nextRound(left)
    left = [...(await handleRound(lane, round)), ...later]
  }
  await tellDropped(lane)
  return new Set(left.map(({ envelope }) => envelope.record))
}

/** @returns what was not begun */
async function handleRound(lane: LaneContext, round: readonly Delivery[]): Promise<readonly Delivery[]> {
  const { guard } = lane.runtime
  if (!guard.isOn) return handleTogether(lane, round)
  const handleFirst = async () => (guard.isOn ? handleTogether(lane, round.slice(0, 1)) : undefined)
  const notBegun = await lane.during(waitForTurn, () => guard.oneAtATime(handleFirst))
  return notBegun === undefined ? round : [...notBegun, ...round.slice(1)]
}

async function handleTogether(lane: LaneContext, deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
  const context: RoundContext = { lane, notBegun: [] }
  const save = (failed: readonly Decided[]) => saveDecided(context, failed, new SagaStates([]))
  const kind = kindOf(deliveries[0])
  if (kind === 'message') await decideAndSave(context, deliveries)
  else if (kind === 'message in transaction') await handleInTransaction({ ...context, save }, deliveries)
  else await handleAsBatch({ ...context, save }, kind, deliveries)
  return context.notBegun
}

interface RoundContext {
  readonly lane: LaneContext
  /** Collects the messages of the round that were not begun. */
  readonly notBegun: Delivery[]
}

async function decideAndSave(context: RoundContext, deliveries: readonly Delivery[]): Promise<void> {
  const { lane, notBegun } = context
  // What comes after a message that could not be begun is not begun either: or a key would lose its order.
  if (deliveries.length === 0 || notBegun.length > 0) return void notBegun.push(...deliveries)
  const keys = deliveries.flatMap(sagaKeyOf)
  const load = () => SagaStates.load(lane.runtime.store, keys)
  const states = await lane.retry('load sagas', () => (keys.length === 0 ? load() : lane.runtime.tracing.load(deliveries, load)))
  const ran = await lane.during('run handlers', () => tidyingUp(lane, () => runHandlers(lane, deliveries, states)))
  await saveDecided(context, ran.decided, states)
  notBegun.push(...ran.notBegun)
}

/**
 * Saves and publishes what was decided. While the store is away, the decisions are kept. A handler runs again only when the
 * saga state that it has used is outdated.
 */
async function saveDecided(context: RoundContext, decided: readonly Decided[], states: SagaStates): Promise<void> {
  const { lane } = context
  const [outdated, current] = split(decided, (each) => !isFailed(each) && each.saga !== undefined && states.isOutdated(each.saga))
  if (current.length > 0) {
    const outcome = outcomeOf(lane, current, states)
    const result = outcome.needsSave ? await trySave(lane, outcome.unit) : { outboxId: undefined }
    if ('refused' in result) await afterRefusal(context, current, states, result.refused)
    else {
      states.saved(outcome.unit.sagas)
      await settle(lane, outcome, result.outboxId)
    }
  }
  await decideAndSave(
    context,
    outdated.map(({ delivery }) => delivery),
  )
}

type SaveResult = { readonly outboxId: string | undefined } | { readonly refused: Error }

async function trySave(lane: LaneContext, unit: UnitOfWork): Promise<SaveResult> {
  return lane.retry('save a batch', async () => {
    try {
      const [outboxId] = await lane.runtime.store.save([unit])
      return { outboxId }
    } catch (error) {
      if (isRefusal(error)) return { refused: error }
      throw error
    }
  })
}

async function afterRefusal(context: RoundContext, decided: readonly Decided[], states: SagaStates, error: Error): Promise<void> {
  if (error instanceof AlreadyHandled) return withoutHandled(context, decided, states)
  if (error instanceof SagaConflict) return withSagasDecidedAgain(context, decided, states)
  return bisect(
    decided,
    (half) => saveDecided(context, half, states),
    (only) => refusedAlone(context, only, states, error),
  )
}

/**
 * Another member has handled some of these messages: they are dropped. What was decided about the others is still valid,
 * unless it used the state of a saga that a dropped message has changed.
 */
async function withoutHandled(context: RoundContext, decided: readonly Decided[], states: SagaStates): Promise<void> {
  const { lane } = context
  const known = await handledAmong(lane, decided.filter(isHandled).map(identityOf))
  const [dropped, kept] = split(decided, (each) => !isFailed(each) && known.has(identityOf(each)))
  if (dropped.length === 0) await lane.conflictPause()
  dropDuplicates(
    lane,
    dropped.map(({ delivery }) => delivery),
  )
  for (const each of dropped) if (!isFailed(each) && each.saga !== undefined) states.markOutdated(each.saga)
  await saveDecided(context, kept, states)
}

/** Another member has saved one of these sagas: all messages of sagas are handled again, with the new states. */
async function withSagasDecidedAgain(context: RoundContext, decided: readonly Decided[], states: SagaStates): Promise<void> {
  await context.lane.conflictPause()
  for (const each of decided) if (!isFailed(each) && each.saga !== undefined) states.markOutdated(each.saga)
  await saveDecided(context, decided, states)
}

async function refusedAlone(context: RoundContext, only: Decided, states: SagaStates, error: Error): Promise<void> {
  const { lane } = context
  // The store refuses the scheduled record of a postponement: the message becomes a dead letter instead.
  if (isFailed(only)) return saveDecided(context, [{ ...only, error, destination: { kind: 'dead-letter' } }], states)
  // Another replica may have just handled the same message: then its rows are why ours are refused, and nothing has failed.
  if ((await handledAmong(lane, [identityOf(only)])).size > 0) return dropDuplicates(lane, [only.delivery])
  if (only.saga !== undefined) states.markOutdated(only.saga)
  const next = failedOrAgain(lane.runtime, only, error)
  if ('destination' in next) await saveDecided(context, [next], states)
  else await decideAndSave(context, [next])
}

const identityOf = ({ delivery }: Decided) => delivery.envelope.identity

const sagaKeyOf = ({ route, data }: Delivery) => (route?.saga !== undefined && data !== undefined ? [sagaKey(route, data)] : [])

function split<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))]
}
