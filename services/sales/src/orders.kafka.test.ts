import { CancelOrder, ListProduct, OrderCancelled, OrderPlaced, PlaceOrder, ProductListed } from '@petrel/contracts'
import { Unrecoverable } from '@petrel/messaging'
import { expect, test } from 'vitest'
import { type ServiceDatabase, serviceDatabase } from '../../../test/support/serviceDatabase.ts'
import { sales as salesEndpoint } from './endpoint.ts'

const tea: ListProduct = { sku: 'green-tea', name: 'Green tea, 500 g', unitCents: 350, currency: 'EUR' }
const cup: ListProduct = { sku: 'storm-cup', name: 'Storm cup', unitCents: 990, currency: 'EUR' }

const order: PlaceOrder = {
  orderId: '42',
  customerId: 'ada',
  email: 'ada@example.com',
  lines: [
    { sku: 'green-tea', quantity: 2 },
    { sku: 'storm-cup', quantity: 1 },
  ],
  acceptedAt: new Date('2026-03-01T10:00:00Z'),
}

/** Sales, offering tea and cups. */
async function shop(): Promise<ServiceDatabase> {
  const database = await serviceDatabase(salesEndpoint)
  await database.handle(ListProduct(tea), ListProduct(cup))
  return database
}

test('an order is placed with the names and prices of the day, and says when it was accepted', async () => {
  await using sales = await shop()
  const [accepted] = await sales.handle(PlaceOrder(order))
  expect(accepted?.published).toEqual([
    OrderPlaced({
      ...order,
      lines: [
        { sku: 'green-tea', name: 'Green tea, 500 g', quantity: 2, unitCents: 350 },
        { sku: 'storm-cup', name: 'Storm cup', quantity: 1, unitCents: 990 },
      ],
      totalCents: 1_690,
      currency: 'EUR',
      placedAt: expect.any(Date),
    }),
  ])
  const { rows } = await sales.pool.query('select * from orders join order_lines using (order_id) order by sku')
  expect(rows).toMatchObject([
    { order_id: '42', total_cents: '1690', sku: 'green-tea', quantity: 2 },
    { order_id: '42', total_cents: '1690', sku: 'storm-cup', quantity: 1 },
  ])
})

test('an order that is placed again in another message is not placed twice, in the same batch or later', async () => {
  await using sales = await shop()
  const [first, second] = await sales.handle(PlaceOrder(order), PlaceOrder(order))
  const [third] = await sales.handle(PlaceOrder(order))
  expect([first, second, third].map((result) => result?.published.length)).toEqual([1, 0, 0])
  expect([first, second, third].map((result) => result?.counted)).toEqual([{ shop_orders_accepted_total: 1 }, {}, {}])
  expect([second, third].map((result) => result?.error)).toEqual([undefined, undefined])
})

test('an order for something that sales does not offer is for a person to look at', async () => {
  await using sales = await shop()
  const [refused] = await sales.handle(PlaceOrder({ ...order, lines: [{ sku: 'rainbow', quantity: 1 }] }))
  expect(refused?.error).toBeInstanceOf(Unrecoverable)
  expect((await sales.pool.query('select 1 from orders')).rowCount).toBe(0)
})

test('an order is cancelled once', async () => {
  await using sales = await shop()
  await sales.handle(PlaceOrder(order))
  const [first, second] = await sales.handle(CancelOrder({ orderId: '42' }), CancelOrder({ orderId: '42' }))
  expect(first?.published).toEqual([
    OrderCancelled({ orderId: '42', customerId: 'ada', cancelledAt: expect.any(Date), wasPlaced: true }),
  ])
  expect(second).toMatchObject({ published: [], error: undefined })
})

const orderIds = async ({ pool }: ServiceDatabase): Promise<string[]> =>
  (await pool.query<{ order_id: string }>('select order_id from orders')).rows.map((row) => row.order_id)

test('a wish to cancel that comes before its order is no failure, and the order is not placed when it comes', async () => {
  await using sales = await shop()
  const [early] = await sales.handle(CancelOrder({ orderId: '42' }))
  expect(early).toMatchObject({ published: [], error: undefined })

  const [late, again] = await sales.handle(PlaceOrder(order), PlaceOrder(order))
  expect(late?.published).toEqual([
    OrderCancelled({ orderId: '42', customerId: 'ada', cancelledAt: expect.any(Date), wasPlaced: false }),
  ])
  expect(again).toMatchObject({ published: [], error: undefined })
  expect((await sales.pool.query('select 1 from order_lines')).rowCount).toBe(0)
})

test('a wish to cancel and its order that are handled at the same moment find each other', async () => {
  await using sales = await shop()
  for (let number = 0; number < 20; number++) {
    const orderId = `both-${number}`
    const [[placed], [cancelled]] = await Promise.all([
      sales.handle(PlaceOrder({ ...order, orderId })),
      sales.handle(CancelOrder({ orderId })),
    ])
    const published = [...(placed?.published ?? []), ...(cancelled?.published ?? [])].map(({ type }) => type.fullName)
    expect(published.filter((name) => name === OrderCancelled.fullName)).toHaveLength(1)
  }
})

test('a wish to cancel whose order never comes is forgotten', async () => {
  await using sales = await shop()
  await sales.handle(CancelOrder({ orderId: 'invented' }))
  await sales.pool.query(`update orders set cancelled_at = now() - interval '31 days'`)
  await sales.handle(PlaceOrder(order))
  await sales.handle(CancelOrder({ orderId: 'invented too' }))
  expect(new Set(await orderIds(sales))).toEqual(new Set(['42', 'invented too']))
})

test('a new price holds for new orders', async () => {
  await using sales = await shop()
  const [listed] = await sales.handle(ListProduct({ ...tea, unitCents: 400 }))
  expect(listed?.published).toEqual([ProductListed({ ...tea, unitCents: 400 })])
  const [accepted] = await sales.handle(PlaceOrder({ ...order, lines: [{ sku: 'green-tea', quantity: 1 }] }))
  expect(accepted?.published).toMatchObject([{ data: { totalCents: 400 } }])
})
