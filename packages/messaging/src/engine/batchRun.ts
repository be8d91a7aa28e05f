import type { BatchContext, BatchedMessage, Handler, Tx } from '../definition/handler.ts'
import { type Handled, type HandlerRuntime, incoming, withinLimit } from './attempt.ts'
import type { Delivery } from './delivery.ts'
import { duringRun, type Effects, noEffects, recordingContext } from './effects.ts'
import type { Run } from './runningHandlers.ts'

/** Some messages of a batch have failed, each for a reason of its own; nothing of the batch may be saved. */
export class MessagesFailed extends Error {
  override readonly name = 'MessagesFailed'
  readonly errors: ReadonlyMap<Delivery, unknown>

  constructor(errors: ReadonlyMap<Delivery, unknown>) {
    super(`${errors.size} messages of the batch have failed`)
    this.errors = errors
  }
}

/** A message of a running batch. */
interface Member {
  readonly delivery: Delivery
  readonly effects: Effects
  readonly message: BatchedMessage<object>
}

/**
 * Runs a batch handler once.
 * @param deliveries at least one
 * @returns what it recorded for each message, in their order
 * @throws MessagesFailed, HandlerInterrupted, HandlerTimedOut, or what the handler throws
 */
export async function runBatch(
  runtime: HandlerRuntime,
  handler: Handler,
  deliveries: readonly Delivery[],
  tx: Tx,
): Promise<Handled[]> {
  const fault = runtime.fault()
  if (fault !== undefined) throw new MessagesFailed(new Map(deliveries.map((delivery) => [delivery, new Error(fault)])))
  const run = runtime.running.start()
  const startedAt = runtime.now()
  const began = performance.now()
  const members = deliveries.map((delivery) => memberOf(runtime, delivery, run))
  const errors = new Map<Delivery, unknown>()
  try {
    const done = handler.run(members.map(({ message }) => message) as never, batchContext(members, errors, tx, run) as never)
    if (done !== undefined) await waitFor(runtime, deliveries, run, done)
    if (errors.size > 0) throw new MessagesFailed(errors)
  } finally {
    run.end()
  }
  const seconds = (performance.now() - began) / 1000 / members.length
  return members.map(({ delivery, effects }) => {
    const tries = delivery.tries + 1
    return { delivery, effects, tries, saga: undefined, startedAt, seconds }
  })
}

function memberOf(runtime: HandlerRuntime, delivery: Delivery, run: Run): Member {
  const effects = noEffects()
  const { encodeMessage } = runtime
  const { counters } = runtime.endpoint
  const message = incoming(delivery, delivery.tries + 1, runtime.tracing.headersOf(delivery))
  const context = recordingContext({ message, encodeMessage, effects, run, counters, startedAt: runtime.now() })
  return { delivery, effects, message: Object.assign(context, { data: delivery.data ?? {} }) }
}

/** A handler that is given up keeps its key busy. Of a batch nobody knows which key it would be, and it can change nothing any more. */
function waitFor(runtime: HandlerRuntime, deliveries: readonly Delivery[], run: Run, done: Promise<void>): Promise<void> {
  const [only] = deliveries
  return deliveries.length === 1 && only !== undefined
    ? withinLimit(runtime, only.chain, run, done)
    : runtime.running.wait(run, done)
}

/** @param errors collects what `each` catches, so that a handler cannot swallow it */
function batchContext(members: readonly Member[], errors: Map<Delivery, unknown>, tx: Tx, run: Run): BatchContext<object> {
  return {
    tx: duringRun(tx, run),
    get signal() {
      return run.signal
    },
    each<R>(decide: (message: BatchedMessage<object>, index: number) => R): R[] {
      const results = members.flatMap(({ delivery, message }, index) => {
        try {
          return [refusePromise(decide(message, index))]
        } catch (error) {
          errors.set(delivery, error)
          return []
        }
      })
      if (errors.size > 0) throw new MessagesFailed(errors)
      return results
    },
  }
}

function refusePromise<R>(result: R): R {
  if (!(result instanceof Promise)) return result
  result.catch(() => {}) // The error below says what is wrong.
  throw new TypeError('each decides in memory: its function must not be async. Load with tx before it, write with tx after it.')
}
