import { attempt, type Decided, TransactionAborted } from './attempt.ts'
import type { Delivery } from './delivery.ts'
import type { LaneContext } from './laneContext.ts'
import { moved } from './retryUntilStopped.ts'
import type { SagaStates } from './sagas.ts'

export interface Ran {
  /** In the order of the deliveries. */
  readonly decided: readonly Decided[]
  /** Not begun, or interrupted: the lane is ending, or the outage guard lets one message at a time through. */
  readonly notBegun: readonly Delivery[]
}

/** Runs the handlers of some messages: those of one chain in order, chains side by side. */
export async function runHandlers(lane: LaneContext, deliveries: readonly Delivery[], states: SagaStates): Promise<Ran> {
  const { runtime } = lane
  const results = new Map<Delivery, Decided>()
  const mayBegin = () => !lane.isEnding() && !(runtime.guard.isOn && deliveries.length > 1)
  const runChain = async (chain: readonly Delivery[]) => {
    for (const delivery of chain) {
      if (!mayBegin()) return
      moved(lane.progress)
      const result = await attempt(runtime, delivery, states)
      if (result === undefined || result instanceof TransactionAborted) return
      results.set(delivery, result)
    }
  }
  const chains = Map.groupBy(deliveries, ({ chain }) => chain)
  const nextChains = chains.values()
  const worker = async () => {
    // All workers take from one iterator: each chain is run once.
    for (const chain of nextChains) await runChain(chain)
  }
  await Promise.all(Array.from({ length: Math.min(runtime.endpoint.concurrency, chains.size) }, worker))
  return {
    decided: deliveries.flatMap((delivery) => results.get(delivery) ?? []),
    notBegun: deliveries.filter((delivery) => !results.has(delivery)),
  }
}
