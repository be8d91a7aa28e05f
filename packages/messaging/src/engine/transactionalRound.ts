import { type StoreTransaction, WriteRefused } from '../store/port.ts'
import { attempt, type Decided, type Failed, failedOrAgain, isFailed, TransactionAborted, type Tried } from './attempt.ts'
import { bisect } from './bisect.ts'
import type { Delivery } from './delivery.ts'
import { dropDuplicates, handledAmong, withoutHandled } from './inbox.ts'
import type { LaneContext } from './laneContext.ts'
import { isRefusal } from './refusal.ts'
import { SagaStates } from './sagas.ts'
import { settle } from './settle.ts'
import { outcomeOf } from './unitOfWork.ts'

/** A transaction takes further messages until it is this old. */
const sharedForMs = 100

interface TransactionalContext {
  readonly lane: LaneContext
  /** Collects the messages of the round that were not begun, in order. */
  readonly notBegun: Delivery[]
  /** Saves failed messages, which have left nothing in a transaction. */
  readonly save: (failed: readonly Failed[]) => Promise<void>
}

/**
 * Handles messages one after the other in one transaction, and commits it with everything they recorded. When the
 * transaction fails, all its messages must run again: so the message to blame is separated from the others.
 */
export async function handleInTransaction(context: TransactionalContext, deliveries: readonly Delivery[]): Promise<void> {
  const { lane, notBegun } = context
  // What comes after a message that could not be begun is not begun either: or a key would lose its order.
  if (deliveries.length === 0 || notBegun.length > 0) return void notBegun.push(...deliveries)
  const result = await lane.retry('handle messages in a transaction', () => runAndCommit(lane, deliveries))
  if (result.kind === 'aborted') {
    await handleInTransaction(context, result.before)
    const { delivery, tries, timing, error } = result.by
    await tryAgainOrFail(context, { delivery, tries, ...timing }, error)
  }
  if (result.kind === 'refused') await afterRefusal(context, result.decided, result.error)
  notBegun.push(...result.notBegun)
}

type Result = { readonly notBegun: readonly Delivery[] } & (
  | { readonly kind: 'committed' }
  /** A handler failed after it had used the transaction: the messages before it were rolled back as well. */
  | { readonly kind: 'aborted'; readonly before: readonly Delivery[]; readonly by: TransactionAborted }
  | { readonly kind: 'refused'; readonly decided: readonly Decided[]; readonly error: Error }
)

/** @throws StoreUnavailable; then all messages are handled again, in another transaction */
async function runAndCommit(lane: LaneContext, deliveries: readonly Delivery[]): Promise<Result> {
  const transaction = await lane.runtime.store.begin()
  try {
    const { decided, aborted, interrupted, notBegun } = await runInOrder(lane, deliveries, transaction)
    if (transaction.unavailable !== undefined) throw transaction.unavailable
    if (interrupted) return { kind: 'committed', notBegun: deliveries }
    if (aborted !== undefined) return { kind: 'aborted', before: decided.map(({ delivery }) => delivery), by: aborted, notBegun }
    return { ...(await commit(lane, decided, transaction)), notBegun }
  } finally {
    await transaction.rollback()
  }
}

interface Ran {
  readonly decided: Decided[]
  readonly aborted: TransactionAborted | undefined
  /** The endpoint stops, and a handler was interrupted: the transaction is rolled back, and all its messages are given back. */
  readonly interrupted: boolean
  readonly notBegun: readonly Delivery[]
}

async function runInOrder(lane: LaneContext, deliveries: readonly Delivery[], transaction: StoreTransaction): Promise<Ran> {
  const { runtime } = lane
  const { guard } = runtime
  const closesAt = Date.now() + sharedForMs
  const decided: Decided[] = []
  const ended = { aborted: undefined, interrupted: false }
  for (const [index, delivery] of deliveries.entries()) {
    const isClosed = index > 0 && (Date.now() >= closesAt || guard.isOn)
    if (isClosed || lane.isEnding()) return { decided, ...ended, notBegun: deliveries.slice(index) }
    const tx = rememberingUse(transaction)
    const result = await attempt(runtime, delivery, noSagas, { tx, mustEnd: () => tx.used })
    const notBegun = deliveries.slice(index + 1)
    if (result === undefined) return { decided, ...ended, interrupted: true, notBegun }
    if (result instanceof TransactionAborted) return { decided, ...ended, aborted: result, notBegun }
    decided.push(result)
  }
  return { decided, ...ended, notBegun: [] }
}

const noSagas = new SagaStates([])

async function commit(lane: LaneContext, decided: readonly Decided[], transaction: StoreTransaction) {
  const outcome = outcomeOf(lane, decided, noSagas)
  try {
    const [outboxId] = outcome.needsSave ? await transaction.commit([outcome.unit]) : []
    await settle(lane, outcome, outboxId)
    return { kind: 'committed' as const }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return { kind: 'refused' as const, decided, error }
  }
}

async function afterRefusal(context: TransactionalContext, decided: readonly Decided[], error: Error): Promise<void> {
  const { lane } = context
  // Only what the database refuses to write is a message's own fault.
  if (!(error instanceof WriteRefused))
    return handleInTransaction(
      context,
      await withoutHandled(
        lane,
        decided.map(({ delivery }) => delivery),
      ),
    )
  await bisect(
    decided,
    (half) =>
      handleInTransaction(
        context,
        half.map(({ delivery }) => delivery),
      ),
    async (only) => {
      if (isFailed(only)) return context.save([{ ...only, error, destination: { kind: 'dead-letter' } }])
      await tryAgainOrFail(context, only, error)
    },
  )
}

async function tryAgainOrFail(context: TransactionalContext, tried: Tried, error: unknown): Promise<void> {
  const { lane } = context
  const { delivery } = tried
  // Another replica may have just handled the same message, and caused this error with it: then nothing has failed.
  if ((await handledAmong(lane, [delivery.envelope.identity])).size > 0) return dropDuplicates(lane, [delivery])
  const next = failedOrAgain(lane.runtime, tried, error)
  if ('destination' in next) await context.save([next])
  else await handleInTransaction(context, [next])
}

/** The transaction for one run, which remembers whether that run has used it. */
function rememberingUse(transaction: StoreTransaction) {
  let used = false
  return {
    get used() {
      return used
    },
    query<R extends object>(sql: string, values?: readonly unknown[]): Promise<R[]> {
      used = true
      return transaction.query<R>(sql, values)
    },
  }
}
