import { setTimeout as sleep } from 'node:timers/promises'
import type { PlaceOrder } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import type { Shop } from '../../test/support/shop.ts'
import { type OrderHistory, untilAllDone } from './orderHistory.ts'

/** An order, and when the customer asked for it, in milliseconds since the epoch. */
export interface PlacedOrder {
  readonly orderId: string
  readonly at: number
}

/** What orders are placed in. */
export interface OpenShop {
  readonly shop: Shop
  readonly history: OrderHistory
  readonly contracts: { readonly PlaceOrder: typeof PlaceOrder }
}

/** Places the orders in some way; resolves when all are accepted. */
export type Placing = (open: OpenShop) => Promise<PlacedOrder[]>

/** All at once, past the page, handed to Kafka as fast as it takes them: what the shop does with a backlog. */
export const blast =
  (orders: number): Placing =>
  async ({ shop, contracts }) => {
    const send = async (number: number) => {
      const [orderId, at] = [uuid7(), Date.now()]
      const lines = [{ sku: 'green-tea', quantity: 2 }]
      await shop.keeper.send(command(contracts, { orderId, ...customer(number), lines, acceptedAt: new Date(at) }))
      return { orderId, at }
    }
    const placed: PlacedOrder[] = []
    for (let first = 0; first < orders; first += 100) {
      const numbers = Array.from({ length: Math.min(100, orders - first) }, (_, n) => first + n)
      placed.push(...(await Promise.all(numbers.map(send))))
    }
    return placed
  }

/** In an older checkout the command may have fewer fields. */
function command({ PlaceOrder: type }: OpenShop['contracts'], order: PlaceOrder): ReturnType<typeof PlaceOrder> {
  const { fields } = type.schema as unknown as { readonly fields: readonly { readonly name: string }[] }
  const known = fields.map(({ name }) => [name, order[name as keyof PlaceOrder]])
  return type(Object.fromEntries(known) as PlaceOrder)
}

/** Over HTTP, by customers who each place the next order when the page has accepted the one before. */
export const sideBySide =
  (customers: number, orders: number): Placing =>
  async ({ shop }) => {
    const placed: PlacedOrder[] = []
    let next = 0
    const placeOneAfterTheOther = async () => {
      while (next < orders) placed.push(await place(shop, next++, Date.now()))
    }
    await Promise.all(Array.from({ length: customers }, placeOneAfterTheOther))
    return placed
  }

/** Over HTTP, so many a second, whether the shop keeps up or not. An order counts from when it was due, however late it was sent. */
export const atRate =
  (perSecond: number, orders: number): Placing =>
  async ({ shop }) => {
    const began = Date.now()
    const placeWhenDue = async (number: number) => {
      const due = began + (number * 1000) / perSecond
      await sleep(due - Date.now())
      return place(shop, number, due)
    }
    return Promise.all(Array.from({ length: orders }, (_, number) => placeWhenDue(number)))
  }

/** Over HTTP, the next one when the one before is done: nothing else happens in the shop meanwhile. */
export const oneAlone =
  (orders: number): Placing =>
  async ({ shop, history }) => {
    const placed: PlacedOrder[] = []
    for (let number = 0; number < orders; number++) {
      const order = await place(shop, number, Date.now())
      await untilAllDone(history, [order.orderId])
      placed.push(order)
    }
    return placed
  }

const place = async (shop: Shop, number: number, at: number): Promise<PlacedOrder> => ({
  orderId: await shop.placeOrder(customer(number)),
  at,
})

function customer(number: number): { customerId: string; email: string } {
  const customerId = `customer-${number % 100}`
  return { customerId, email: `${customerId}@example.org` }
}
