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

/** An order as the page sees it. */
export interface Order {
  readonly orderId: string
  readonly status: OrderStatus
  /** Minor units; null until sales has priced the order. */
  readonly totalCents: number | null
  /** In the order of sending. */
  readonly history: readonly HistoryEntry[]
}

export interface Product {
  readonly sku: string
  readonly name: string
  readonly unitCents: number
  readonly currency: string
  /** Pieces in stock. */
  readonly available: number
}
