import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomFrom } from '../support/random.ts'
import {
  type OrderRequest,
  type OrderView,
  openShop,
  type ServiceName,
  services,
  type Shop,
  typesOf,
  wholeJourney,
} from '../support/shop.ts'
import { eventually } from '../support/stack.ts'

const orders = 1_000
const customers = 10
const email = 'everyone@example.org'
const declined = ['CustomerNotified', 'OrderPlaced', 'PaymentDeclined', 'StockReleased', 'StockReserved']

describe('a storm', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop()
    await shop.gatewayBehaves({ declineRate: 0.05 })
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  test(
    '1,000 orders come while each service is killed and restarted once: every order comes to its end, once',
    { timeout: 300_000 },
    async () => {
      const seed = Number(process.env['STORM_SEED'] ?? Date.now() % 1_000_000)
      console.log(`The storm's seed: ${seed} (STORM_SEED)`)
      const random = randomFrom(seed)
      const wanted = Array.from({ length: orders }, (_, number) => orderOf(number, random))
      const fate = new Map(services.map((name) => [name, 50 + Math.floor(random() * (orders - 100))]))

      const orderIds = await placeAll(wanted, fate)

      expect(new Set(orderIds).size).toBe(orders)
      const ends = await endsOf(orderIds)
      const billed = ends.filter(({ history }) => history.some(({ type }) => type === 'OrderBilled'))
      for (const end of ends) expect(stepsOf(end)).toEqual(billed.includes(end) ? wholeJourney.toSorted() : declined)
      expect(billed.length).toBeLessThan(orders)
      expect(await shop.totals()).toEqual({
        charges: billed.length,
        declines: orders - billed.length,
        refunds: 0,
        ordersChargedTwice: 0,
      })
      const mails = new Set((await shop.mails(email)).map(({ messageId }) => messageId))
      expect(mails).toEqual(
        new Set(ends.map((end) => `<${end.orderId}.${billed.includes(end) ? 'billed' : 'declined'}@petrel.example>`)),
      )
      const points = await Promise.all(Array.from({ length: customers }, (_, number) => shop.points(`customer-${number}`)))
      expect(sum(points)).toBe(sum(billed.map(({ totalCents }) => Math.floor((totalCents ?? 0) / 100))))
      expect(await shop.failures()).toEqual([])
      await eventually(async () => expect(await shop.lags()).toEqual(new Map()), { withinMs: 60_000 })
    },
  )

  /** Places all orders, each until it is accepted; kills each service when so many are as its fate says. */
  async function placeAll(wanted: readonly OrderRequest[], fate: ReadonlyMap<ServiceName, number>): Promise<string[]> {
    const orderIds: string[] = []
    const restarts: Promise<void>[] = []
    const queue = [...wanted.entries()]
    const customer = async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        const [number, order] = next
        orderIds.push(await insist(order, `order-${number}`))
        for (const [name, when] of fate) if (when === orderIds.length) restarts.push(killAndRestart(name))
      }
    }
    await Promise.all(Array.from({ length: customers }, customer))
    await Promise.all(restarts)
    expect(restarts).toHaveLength(fate.size)
    return orderIds
  }

  async function killAndRestart(name: ServiceName): Promise<void> {
    await shop.kill(name)
    await shop.start(name)
  }

  /** The page may be away, or say 503: with its key the order is the same one when it is sent again. */
  const insist = (order: OrderRequest, key: string): Promise<string> =>
    eventually(
      async () => {
        const response = await shop.requestOrder(order, key)
        if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`)
        return ((await response.json()) as { orderId: string }).orderId
      },
      { withinMs: 90_000, everyMs: 200 },
    )

  async function endsOf(orderIds: readonly string[]): Promise<OrderView[]> {
    const ends: OrderView[] = []
    for (const orderId of orderIds)
      ends.push(
        await eventually(
          async () => {
            const view = await shop.order(orderId)
            const isDeclined = typesOf(view).includes('PaymentDeclined')
            expect(typesOf(view)).toEqual(expect.arrayContaining(isDeclined ? declined : wholeJourney))
            return view
          },
          { withinMs: 180_000, everyMs: 200 },
        ),
      )
    return ends
  }
})

/** An alarm about an order that waits for a service to come back is in order. */
const stepsOf = (view: OrderView) => typesOf(view).filter((type) => type !== 'ShipmentDelayed')

function orderOf(number: number, random: () => number): OrderRequest {
  const lines = ['green-tea', 'storm-cup'].map((sku) => ({ sku, quantity: 1 + Math.floor(random() * 5) }))
  return { customerId: `customer-${number % customers}`, email, lines }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
