import type { Incoming, Tx } from '../definition/handler.ts'
import { ce, headerText } from '../headers.ts'
import { recover } from '../recoverability/policy.ts'
import type { StoreTransaction } from '../store/port.ts'
import type { Delivery } from './delivery.ts'
import { type Effects, noEffects, recordingContext } from './effects.ts'
import type { Envelope } from './envelope.ts'
import type { FailedAttempt } from './recovery.ts'
import { type SagaStates, react, sagaKey } from './sagas.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'

/** A handler threw after it had used the batch's transaction: the transaction is lost for all of the batch. */
export class TransactionAborted extends Error {
  override readonly name = 'TransactionAborted'
}

export interface Handled {
  readonly envelope: Envelope
  readonly effects: Effects
}

/**
 * Runs the handlers of a batch: one key in order, keys side by side. @returns a result for each delivery, in their order
 * @throws TransactionAborted
 */
export async function runAll(
  runtime: EndpointRuntime,
  deliveries: readonly Delivery[],
  states: SagaStates,
  transaction: StoreTransaction,
  triesBefore: number,
): Promise<(Handled | FailedAttempt)[]> {
  const results: (Handled | FailedAttempt)[] = []
  const chains = [...Map.groupBy(deliveries.keys(), (index) => chainOf(deliveries[index])).values()]
  let next = 0
  let spoiled: unknown
  const worker = async () => {
    for (let chain = chains[next++]; chain !== undefined; chain = chains[next++])
      for (const index of chain) {
        const delivery = deliveries[index]
        if (delivery === undefined || spoiled !== undefined) return
        results[index] = await runOne(runtime, delivery, states, transaction, triesBefore)
      }
  }
  const stopOthers = (error: unknown) => {
    spoiled ??= error
  }
  const workers = Array.from({ length: Math.min(runtime.endpoint.concurrency, chains.length) }, () => worker().catch(stopOthers))
  await Promise.all(workers)
  if (spoiled !== undefined) throw spoiled
  return results
}

/**
 * Messages of one chain are handled one after the other: those of one saga, or of one key. A saga's id mostly is the key,
 * and then its messages and those for handlers are of one chain.
 */
function chainOf(delivery: Delivery | undefined): string | undefined {
  if (delivery?.route?.saga !== undefined && delivery.data !== undefined) return sagaKey(delivery.route, delivery.data).id
  return delivery?.envelope.record.key?.toString() ?? delivery?.envelope.id
}

async function runOne(
  runtime: EndpointRuntime,
  delivery: Delivery,
  states: SagaStates,
  transaction: StoreTransaction,
  triesBefore: number,
): Promise<Handled | FailedAttempt> {
  const { envelope, route, undeliverable } = delivery
  if (undeliverable !== undefined) return { envelope, handler: route?.name, error: undeliverable, tries: 1 }
  for (let tries = triesBefore + 1; ; tries++) {
    const tx = watched(transaction)
    try {
      const effects = noEffects()
      await runHandler(runtime, delivery, states, tx, incoming(delivery, envelope.attempts + tries), effects)
      return { envelope, effects }
    } catch (error) {
      if (tx.used) throw new TransactionAborted('a handler failed after it had used the transaction', { cause: error })
      const recovery = recover(runtime.endpoint.recoverability, {
        error,
        immediateRetries: tries - 1,
        delayedRetries: envelope.delayedRetries,
      })
      if (recovery.kind !== 'again') return { envelope, handler: route?.name, error, tries }
    }
  }
}

async function runHandler(
  runtime: EndpointRuntime,
  delivery: Delivery,
  states: SagaStates,
  tx: Tx,
  message: Incoming,
  effects: Effects,
): Promise<void> {
  const { route, data } = delivery
  if (route === undefined || data === undefined) throw new TypeError('a delivery without data or route came to a handler')
  const fault = runtime.fault()
  if (fault !== undefined) throw new Error(fault)
  if (route.handler !== undefined) {
    const done = route.handler.run(data as never, recordingContext(message, tx, runtime.encodeMessage, effects))
    if (done !== undefined) await done
    return
  }
  const { saga } = await react(route, data, states, message, tx, runtime.encodeMessage, effects)
  if (saga !== undefined) states.change(saga)
}

function incoming({ envelope, route }: Delivery, attempt: number): Incoming {
  if (route === undefined) throw new TypeError('a delivery without a route came to a handler')
  const { id, conversationId, causationId, time, record } = envelope
  const traceparent = headerText(record.headers, ce.traceparent)
  const tracestate = headerText(record.headers, ce.tracestate)
  const trace = { ...(traceparent !== undefined && { traceparent }), ...(tracestate !== undefined && { tracestate }) }
  return { id, conversationId, causationId, time, attempt, type: route.type, trace }
}

/** The batch's transaction, and whether this run has used it. */
function watched(transaction: StoreTransaction): Tx & { readonly used: boolean } {
  let used = false
  return {
    get used() {
      return used
    },
    query(sql, values) {
      used = true
      return transaction.query(sql, values)
    },
  }
}
