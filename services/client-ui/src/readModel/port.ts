import type { Order, Product } from '../order/order.ts'

/** What the page reads. Each call may fail while the database is away; the callers say what happens then. */
export interface ReadModel {
  /** Those of these orders that were heard of. */
  orders(ids: readonly string[]): Promise<Order[]>
  /** Ids of the latest orders, oldest first. */
  latest(limit: number): Promise<string[]>
  catalogue(): Promise<Product[]>
}

/** Where changes of the read model are announced to this process. */
export interface Changes {
  /** Calls `changed` with the ids of changed orders, or with `'all'` when some announcement may have been missed. */
  onOrders(changed: (ids: readonly string[] | 'all') => void): void
  onCatalogue(changed: () => void): void
}
