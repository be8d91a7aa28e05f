import type { Delivery } from './delivery.ts'

/** Messages that are handled together, and those that are handled after them. */
export interface Round {
  readonly round: readonly Delivery[]
  readonly later: readonly Delivery[]
}

/**
 * Separates messages of transactional handlers from the others, so that no transaction stays open while another handler
 * calls the outside world. A round takes each chain up to its first message of the other kind: so the chain keeps its order.
 */
export function nextRound(deliveries: readonly Delivery[]): Round {
  const [first] = deliveries
  const round: Delivery[] = []
  const later: Delivery[] = []
  const waiting = new Set<string>()
  for (const delivery of deliveries) {
    const fits = isTransactional(delivery) === isTransactional(first) && !waiting.has(delivery.chain)
    if (!fits) waiting.add(delivery.chain)
    ;(fits ? round : later).push(delivery)
  }
  return { round, later }
}

export const isTransactional = (delivery: Delivery | undefined): boolean => delivery?.route?.handler?.transactional === true
