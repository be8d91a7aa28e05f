import type { Incoming, Tx } from '../definition/handler.ts'
import { Postpone } from '../definition/outcome.ts'
import { type Destination, recover } from '../recoverability/policy.ts'
import type { SavedSaga } from '../store/port.ts'
import type { TryTracing } from '../tracing/port.ts'
import { traceHeadersIn } from '../tracing/recordContext.ts'
import type { TraceHeaders } from '../tracing/traceContext.ts'
import type { Delivery } from './delivery.ts'
import { type Effects, noEffects, type Recording, recordingContext, transactionalContext } from './effects.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'
import { HandlerInterrupted, HandlerTimedOut, type Run } from './runningHandlers.ts'
import { type Ignored, react, type SagaStates } from './sagas.ts'

/** The part of an endpoint's runtime that handlers need. */
export type HandlerRuntime = Pick<
  EndpointRuntime,
  'endpoint' | 'encodeMessage' | 'running' | 'busy' | 'guard' | 'fault' | 'now' | 'tracing' | 'report'
>

/** When the last try began, and what it took. */
export interface Timing {
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** Of a batch handler an equal share of the batch's time; 0 when no handler was run. */
  readonly seconds: number
}

/** What there is to say of every message that was tried. */
export interface Tried extends Timing {
  readonly delivery: Delivery
  /** Tries in this delivery, the last one included. */
  readonly tries: number
}

/** A message whose handler has returned, and what it recorded. */
export interface Handled extends Tried {
  readonly effects: Effects
  /** The saga as the message leaves it. */
  readonly saga: SavedSaga | undefined
  /** Why the message has changed no saga, although one handles it. */
  readonly ignored?: Ignored
}

/** A message that could not be handled, and where it goes. */
export interface Failed extends Tried {
  readonly error: unknown
  readonly destination: Destination
}

export type Decided = Handled | Failed

export const isFailed = (decided: Decided): decided is Failed => 'destination' in decided

export const isHandled = (decided: Decided): decided is Handled => !isFailed(decided)

/**
 * Runs the handler of a message, and runs it again at once as often as recoverability allows.
 * @param transaction for a transactional handler; `mustEnd` is asked after a failure: must the transaction be rolled back?
 * @returns undefined when the handler was interrupted because the endpoint stops
 */
export async function attempt(
  runtime: HandlerRuntime,
  delivery: Delivery,
  states: SagaStates,
  transaction?: { readonly tx: Tx; readonly mustEnd: () => boolean },
): Promise<Decided | TransactionAborted | undefined> {
  if (delivery.undeliverable !== undefined) return failedWithoutRun(runtime, delivery, delivery.undeliverable, 1)
  for (let tries = delivery.tries + 1; ; tries++) {
    const busy = failedIfBusy(runtime, delivery, tries - 1)
    if (busy !== undefined) return busy
    const run = runtime.running.start()
    const startedAt = runtime.now()
    const effects = noEffects()
    const trace = runtime.tracing.process(delivery, tries)
    const recording = {
      message: incoming(delivery, tries, trace.headers),
      encodeMessage: runtime.encodeMessage,
      effects,
      run,
      counters: runtime.endpoint.counters,
      startedAt,
    }
    const began = performance.now()
    const timing = (): Timing => ({ startedAt, seconds: (performance.now() - began) / 1000 })
    try {
      const result = await trace.run(() => runHandler(runtime, delivery, states, recording, transaction?.tx))
      trace.end()
      if (runtime.guard.failuresInARow > 0) runtime.guard.succeeded()
      const seconds = (performance.now() - began) / 1000
      if (typeof result === 'string') return { delivery, effects, tries, saga: undefined, ignored: result, startedAt, seconds }
      if (result !== undefined) states.change(result)
      return { delivery, effects, tries, saga: result, startedAt, seconds }
    } catch (error) {
      if (error instanceof HandlerInterrupted) {
        trace.end('given back')
        return undefined
      }
      if (transaction?.mustEnd() === true) return aborted(delivery, tries, error, timing(), trace)
      const recovery = recoveryOf(runtime, delivery, error, tries)
      trace.end(recovery.kind, error)
      if (recovery.kind !== 'again')
        return countedByGuard(runtime, { delivery, error, tries, ...timing(), destination: recovery })
      runtime.report.againAtOnce(delivery, error, tries)
    } finally {
      run.end()
    }
  }
}

function aborted(delivery: Delivery, tries: number, error: unknown, timing: Timing, trace: TryTracing): TransactionAborted {
  trace.end('rolled back', error)
  return new TransactionAborted(delivery, tries, error, timing)
}

/** A handler failed after it had used the transaction, so the transaction is lost for all messages that share it. */
export class TransactionAborted {
  readonly delivery: Delivery
  readonly tries: number
  readonly error: unknown
  readonly timing: Timing

  constructor(delivery: Delivery, tries: number, error: unknown, timing: Timing) {
    this.delivery = delivery
    this.tries = tries
    this.error = error
    this.timing = timing
  }
}

/** What happens to a message that failed after its handler, in the save for example. @returns the message for another try at once, or where it goes */
export function failedOrAgain(
  runtime: HandlerRuntime,
  { delivery, tries, startedAt, seconds }: Tried,
  error: unknown,
): Failed | Delivery {
  const recovery = recoveryOf(runtime, delivery, error, tries)
  if (recovery.kind === 'again') {
    runtime.report.againAtOnce(delivery, error, tries)
    return { ...delivery, tries }
  }
  return countedByGuard(runtime, { delivery, error, tries, startedAt, seconds, destination: recovery })
}

/** @returns a postponement while the handler of an earlier message of the chain was given up and still runs */
export function failedIfBusy(runtime: HandlerRuntime, delivery: Delivery, tries = delivery.tries): Failed | undefined {
  if (!runtime.busy.has(delivery.chain)) return undefined
  return failedWithoutRun(runtime, delivery, chainIsBusy(delivery), tries)
}

/** Its handler was not run, so the outage guard does not count it. */
function failedWithoutRun(runtime: HandlerRuntime, delivery: Delivery, error: Error, tries: number): Failed {
  const recovery = recoveryOf(runtime, delivery, error, tries)
  const destination = recovery.kind === 'again' ? ({ kind: 'dead-letter' } as const) : recovery
  return { delivery, error, tries, startedAt: runtime.now(), seconds: 0, destination }
}

/** The outage guard counts failures of handlers. A postponement is not a failure. */
function countedByGuard({ guard }: HandlerRuntime, failure: Failed): Failed {
  if (!(failure.error instanceof Postpone)) guard.failed(failure.error)
  return failure
}

function recoveryOf(runtime: HandlerRuntime, { envelope, chain }: Delivery, error: unknown, tries: number) {
  return recover(runtime.endpoint.recoverability, {
    error,
    immediateRetries: tries - 1,
    delayedRetries: envelope.delayedRetries,
    postponedForMs: envelope.postponedSince === 0 ? 0 : Math.max(0, Date.now() - envelope.postponedSince),
    canTryAtOnce: !runtime.busy.has(chain),
  })
}

const busyPauseMs = 5_000

const chainIsBusy = ({ envelope }: Delivery) =>
  new Postpone(busyPauseMs, `the handler of an earlier message with the key of ${envelope.id} was given up and has not ended yet`)

async function runHandler(
  runtime: HandlerRuntime,
  delivery: Delivery,
  states: SagaStates,
  recording: Recording,
  tx: Tx | undefined,
): Promise<SavedSaga | Ignored | undefined> {
  const { route, data } = delivery
  if (route === undefined || data === undefined) throw new TypeError('a delivery without data or route came to a handler')
  const fault = runtime.fault()
  if (fault !== undefined) throw new Error(fault)
  if (route.handler === undefined)
    return withinLimit(runtime, delivery.chain, recording.run, react(route, data, states, recording))
  const context = tx === undefined ? recordingContext(recording) : transactionalContext(recording, tx)
  const done = route.handler.run(data as never, context as never)
  if (done !== undefined) await withinLimit(runtime, delivery.chain, recording.run, done)
  return undefined
}

/** Waits for a handler, but not longer than its time limit. If it goes on after that, its chain is busy until it ends. */
export async function withinLimit<T>(runtime: HandlerRuntime, chain: string, run: Run, done: Promise<T>): Promise<T> {
  let ended = false
  const settled = done.finally(() => {
    ended = true
  })
  try {
    return await runtime.running.wait(run, settled)
  } catch (error) {
    if (error instanceof HandlerTimedOut && !(await endsSoon(() => ended))) runtime.busy.add(chain, settled)
    throw error
  }
}

/** A handler that reacts to its signal ends within a few turns of the event loop. */
async function endsSoon(hasEnded: () => boolean): Promise<boolean> {
  for (let turn = 0; turn < 20 && !hasEnded(); turn++) await new Promise((resolve) => setImmediate(resolve))
  return hasEnded()
}

/** What a handler is told of its message. @param tracing where it is being traced; otherwise the trace is passed on as it came */
export function incoming({ envelope, route }: Delivery, tries: number, tracing?: TraceHeaders): Incoming {
  if (route === undefined) throw new TypeError('a delivery without a route came to a handler')
  const { id, conversationId, causationId, time, record, attempts } = envelope
  return {
    id,
    conversationId,
    causationId,
    time,
    attempt: attempts + tries,
    type: route.type,
    trace: tracing ?? traceHeadersIn(record.headers),
  }
}
