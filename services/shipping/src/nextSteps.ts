import type { OrderLine } from '@petrel/contracts'

/** A command that shipping sends at most once for an order. */
export type Step = 'ship' | 'refund' | 'release'

/** What shipping has heard of an order so far, and what it has asked for. */
export interface Shipping {
  /** What goes into the parcel; null until the order was placed. */
  lines: readonly OrderLine[] | null
  /** `cancelled`: billing will not charge it, since it was cancelled first. */
  payment: 'awaited' | 'billed' | 'declined' | 'cancelled'
  stock: 'awaited' | 'reserved' | 'rejected'
  /** Why the order must not be shipped, in words for the customer; the first reason that was heard. */
  calledOff: string | null
  asked: Step[]
}

export const nothingHeard = (): Shipping => ({ lines: null, payment: 'awaited', stock: 'awaited', calledOff: null, asked: [] })

/** The whole policy: ship when placed and billed and reserved; when called off before that, undo what was done, as soon as it was. */
export function nextSteps(order: Shipping): Step[] {
  if (order.asked.includes('ship')) return []
  if (order.calledOff !== null) return compensations(order).filter((step) => !order.asked.includes(step))
  const isReady = order.lines !== null && order.payment === 'billed' && order.stock === 'reserved'
  return isReady ? ['ship'] : []
}

function compensations({ payment, stock }: Shipping): Step[] {
  const steps: Step[] = []
  if (payment === 'billed') steps.push('refund')
  if (stock === 'reserved') steps.push('release')
  return steps
}

/** Whether nothing that may still be heard would change anything. A called-off order waits for both answers, to undo them. */
export function isSettled(order: Shipping): boolean {
  if (order.asked.includes('ship')) return true
  return order.calledOff !== null && order.payment !== 'awaited' && order.stock !== 'awaited'
}

/** Names of the events an order still needs before it is shipped; none once it is called off. */
export function waitingFor(order: Shipping): string[] {
  if (order.calledOff !== null) return []
  const events: string[] = []
  if (order.payment === 'awaited') events.push('OrderBilled')
  if (order.stock === 'awaited') events.push('StockReserved')
  return events
}
