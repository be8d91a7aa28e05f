import { expect } from 'vitest'
import { type OrderRequest, type OrderView, type Shop, stepsOf, typesOf, wholeJourney } from './shop.ts'
import { eventually } from './stack.ts'

const customers = 10
const email = 'everyone@example.org'
const declined = ['CustomerNotified', 'OrderPlaced', 'PaymentDeclined', 'StockReleased', 'StockReserved']

/** Orders of ten customers, different each time. */
export function differentOrders(count: number, random: () => number): OrderRequest[] {
  const quantity = () => 1 + Math.floor(random() * 5)
  return Array.from({ length: count }, (_, number) => ({
    customerId: `customer-${number % customers}`,
    email,
    lines: ['green-tea', 'storm-cup'].map((sku) => ({ sku, quantity: quantity() })),
  }))
}

/** Places each order until it is accepted, ten at a time. @param name of these orders, where a shop gets others, too @returns their ids */
export async function placeAll(
  shop: Shop,
  orders: readonly OrderRequest[],
  onAccepted: (count: number) => void,
  name = 'order',
): Promise<string[]> {
  const orderIds: string[] = []
  const queue = [...orders.entries()]
  const customer = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [number, order] = next
      orderIds.push(await insist(shop, order, `${name}-${number}`))
      onAccepted(orderIds.length)
    }
  }
  await Promise.all(Array.from({ length: customers }, customer))
  expect(new Set(orderIds).size).toBe(orders.length)
  return orderIds
}

/** The page may be away, or say 503: with its key the order is the same one when it is sent again. */
const insist = (shop: Shop, order: OrderRequest, key: string): Promise<string> =>
  eventually(
    async () => {
      const response = await shop.requestOrder(order, key)
      if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`)
      return ((await response.json()) as { orderId: string }).orderId
    },
    { withinMs: 180_000, everyMs: 200 },
  )

/** Waits until each order is done, or was declined. */
export async function allEnded(shop: Shop, orderIds: readonly string[], withinMs = 300_000): Promise<void> {
  for (const orderId of orderIds)
    await eventually(
      async () => {
        const types = typesOf(await shop.order(orderId))
        expect(types, orderId).toEqual(expect.arrayContaining(types.includes('PaymentDeclined') ? declined : wholeJourney))
      },
      { withinMs, everyMs: 200 },
    )
}

/**
 * Every order has come to its end, once: on its page, at the gateway and in the points; and in the mail, where a letter may be
 * there twice, since the power may go between the mail server's yes and the commit.
 */
export async function expectEndedOnce(shop: Shop, orderIds: readonly string[]): Promise<void> {
  const ends = await Promise.all(orderIds.map((orderId) => shop.order(orderId)))
  const billed = ends.filter(({ history }) => history.some(({ type }) => type === 'OrderBilled'))
  for (const end of ends) {
    const isBilled = billed.includes(end)
    expect(stepsOf(end), end.orderId).toEqual(isBilled ? wholeJourney.toSorted() : declined)
    const { charges, declines, refunds } = await shop.charges(end.orderId)
    expect([charges.length, declines.length, refunds.length], end.orderId).toEqual(isBilled ? [1, 0, 0] : [0, 1, 0])
  }
  expect((await shop.totals()).ordersChargedTwice).toBe(0)
  expect(new Set(await lettersSent(shop))).toEqual(new Set(ends.map((end) => mailOf(end, billed.includes(end)))))
  const points = await Promise.all(Array.from({ length: customers }, (_, number) => shop.points(`customer-${number}`)))
  expect(sum(points)).toBe(sum(billed.map(({ totalCents }) => Math.floor((totalCents ?? 0) / 100))))
}

/** Ids of all letters that their customers have. */
export const lettersSent = async (shop: Shop): Promise<string[]> => (await shop.mails(email)).map(({ messageId }) => messageId)
const mailOf = ({ orderId }: OrderView, isBilled: boolean) => `<${orderId}.${isBilled ? 'billed' : 'declined'}@petrel.example>`

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
