import type { Order, Product } from '../order/order.ts'

/** What the page reads. Each call may fail while the database is away; the callers say what happens then. */
export interface ReadModel {
  /** Those of these orders that were accepted or have a history. */
  orders(ids: readonly string[]): Promise<Order[]>
  /** Ids of the latest orders, and of those that are late: a person may have to look at them. */
  latest(limit: number): Promise<string[]>
  /** Of the last event of each type: when its order was accepted. Whoever published it is alive, and got as far as that order. */
  lastAnswers(): Promise<ReadonlyMap<string, Date>>
  catalogue(): Promise<Product[]>
}

/** Where changes of the read model are announced to this process. */
export interface Changes {
  /** Calls `changed` with the ids of changed orders, or with `'all'` when some announcement may have been missed. */
  onOrders(changed: (ids: readonly string[] | 'all') => void): void
  onCatalogue(changed: () => void): void
}
