import type { Order, Product } from '../order/order.ts'

/** What the page reads. Each call may fail while the database is away; the callers say what happens then. */
export interface ReadModel {
  /** What can be seen now, as a text: as long as it is the same nothing has changed, whoever writes. */
  snapshot(): Promise<string>
  /** Those of these orders that were accepted or have a history. */
  orders(ids: readonly string[]): Promise<Order[]>
  /** Ids of the newest orders. */
  newest(limit: number): Promise<string[]>
  /** Ids of the orders that are late: a person may have to look at them. */
  late(): Promise<string[]>
  /** Of the last event of each type, as far as there was one lately: when its order was accepted. Whoever published it is alive, and got as far as that order. */
  lastAnswers(): Promise<ReadonlyMap<string, Date>>
  catalogue(): Promise<Product[]>
}
