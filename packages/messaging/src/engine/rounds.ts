import type { Handler } from '../definition/handler.ts'
import type { Delivery } from './delivery.ts'

/** Messages that are handled together, and those that are handled after them. */
export interface Round {
  readonly round: readonly Delivery[]
  readonly later: readonly Delivery[]
}

/**
 * Separates messages of transactional handlers, and those of each batch handler, from the others: so no transaction stays open
 * while another handler calls the outside world. A round takes each chain up to its first message of another kind: so the
 * chain keeps its order.
 */
export function nextRound(deliveries: readonly Delivery[]): Round {
  const kind = kindOf(deliveries[0])
  const round: Delivery[] = []
  const later: Delivery[] = []
  const waiting = new Set<string>()
  for (const delivery of deliveries) {
    const fits = kindOf(delivery) === kind && !waiting.has(delivery.chain)
    if (!fits) waiting.add(delivery.chain)
    ;(fits ? round : later).push(delivery)
  }
  return { round, later }
}

/** Messages of one kind can be handled together: those of a batch handler are a kind of their own. */
export type Kind = Exclude<Handler['takes'], 'batch'> | Handler

export function kindOf(delivery: Delivery | undefined): Kind {
  const handler = delivery?.route?.handler
  if (handler === undefined || delivery?.undeliverable !== undefined) return 'message'
  return handler.takes === 'batch' ? handler : handler.takes
}
