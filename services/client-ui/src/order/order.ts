import type { OrderStatus } from './status.ts'

/** Something that happened to an order. */
export interface HistoryEntry {
  /** Number of the entry, unique over all orders; later entries need not have higher numbers. */
  readonly entry: number
  /** The event's name, for example `OrderPlaced`. */
  readonly type: string
  /** When it was sent. */
  readonly at: Date
  readonly detail: object | null
}

/** What was ordered, at the prices of sales; until it has placed the order, at those that the customer saw. */
export interface Line {
  readonly sku: string
  readonly name: string
  readonly quantity: number
  readonly unitCents: number
}

/** An order as the page sees it. */
export interface Order {
  readonly orderId: string
  readonly status: OrderStatus
  /** When the customer got an answer; null for an order that came another way and does not say. */
  readonly acceptedAt: Date | null
  readonly customerId: string | null
  readonly lines: readonly Line[]
  /** ISO 4217. */
  readonly currency: string | null
  /** Minor units; null until sales has priced the order. */
  readonly totalCents: number | null
  /** Under which its spans are found; null where it was not traced. */
  readonly traceId: string | null
  /** In the order of sending. */
  readonly history: readonly HistoryEntry[]
}

export interface Product {
  readonly sku: string
  readonly name: string
  readonly unitCents: number
  readonly currency: string
  /** Pieces in stock; null while stock has not said. */
  readonly available: number | null
}
