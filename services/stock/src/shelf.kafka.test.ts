import {
  OrderPlaced,
  ProductListed,
  ReleaseStock,
  RestockProduct,
  StockLevelChanged,
  StockReleased,
  StockReservationRejected,
  StockReserved,
} from '@petrel/contracts'
import { Unrecoverable } from '@petrel/messaging'
import { expect, test } from 'vitest'
import { type ServiceDatabase, serviceDatabase } from '../../../test/support/serviceDatabase.ts'
import { stock as stockEndpoint } from './endpoint.ts'

/** Stock with that number of pieces of each product on the shelf. */
async function shelf(pieces: Readonly<Record<string, number>>): Promise<ServiceDatabase> {
  const database = await serviceDatabase(stockEndpoint)
  const arrivals = Object.entries(pieces).map(([sku, quantity]) => RestockProduct({ sku, quantity }))
  await database.handle(...arrivals)
  return database
}

const names: Readonly<Record<string, string>> = { cup: 'Storm cup' }

function placed(orderId: string, quantities: Readonly<Record<string, number>>) {
  const lines = Object.entries(quantities).map(([sku, quantity]) => ({ sku, quantity, unitCents: 350, name: names[sku] ?? '' }))
  const placedAt = new Date('2026-03-01T10:00:00Z')
  const customer = { customerId: 'ada', email: 'ada@example.com' }
  return OrderPlaced({ orderId, ...customer, lines, totalCents: 350, currency: 'EUR', placedAt, acceptedAt: null })
}

const levels = async ({ pool }: ServiceDatabase): Promise<Record<string, number>> => {
  const { rows } = await pool.query<{ sku: string; available: string }>('select sku, available from stock')
  return Object.fromEntries(rows.map(({ sku, available }) => [sku, Number(available)]))
}

test('what an order needs is taken from the shelf, and the new levels are published', async () => {
  await using stock = await shelf({ tea: 5, cup: 3 })
  const [reserved] = await stock.handle(placed('42', { tea: 2, cup: 3 }))
  expect(reserved?.published).toEqual([
    StockReserved({
      orderId: '42',
      lines: [
        { sku: 'tea', quantity: 2 },
        { sku: 'cup', quantity: 3 },
      ],
    }),
    StockLevelChanged({ sku: 'cup', available: 0, version: 2 }),
    StockLevelChanged({ sku: 'tea', available: 3, version: 2 }),
  ])
  expect(await levels(stock)).toEqual({ tea: 3, cup: 0 })
})

test('an order that cannot be served whole takes nothing at all, and says of what there is not enough, by name', async () => {
  await using stock = await shelf({ tea: 5, cup: 3 })
  const [rejected] = await stock.handle(placed('42', { tea: 2, cup: 4, rainbow: 1 }))
  expect(rejected?.published).toEqual([
    StockReservationRejected({
      orderId: '42',
      reason: 'There is not enough Storm cup and rainbow.',
      missingSkus: ['cup', 'rainbow'],
    }),
  ])
  expect(await levels(stock)).toEqual({ tea: 5, cup: 3 })
})

test('of two orders for the last piece one gets it, even in one batch', async () => {
  await using stock = await shelf({ tea: 1 })
  const results = await stock.handle(placed('1', { tea: 1 }), placed('2', { tea: 1 }))
  expect(results.map(({ published }) => published[0]?.type.fullName)).toEqual([
    StockReserved.fullName,
    StockReservationRejected.fullName,
  ])
})

test('orders of one batch change a level once, and the last of them says what it is now', async () => {
  await using stock = await shelf({ tea: 5, cup: 3 })
  const results = await stock.handle(placed('1', { tea: 2, cup: 1 }), placed('2', { tea: 1 }))
  const changes = results.map(({ published }) => published.filter(({ type }) => type.fullName === StockLevelChanged.fullName))
  expect(changes).toEqual([
    [StockLevelChanged({ sku: 'cup', available: 2, version: 2 })],
    [StockLevelChanged({ sku: 'tea', available: 2, version: 2 })],
  ])
  expect(await levels(stock)).toEqual({ tea: 2, cup: 2 })
})

test('many lanes that want the same products in every order sell each piece once, and none waits for ever', async () => {
  await using stock = await shelf({ tea: 40, cup: 40, pot: 40 })
  const lane = (number: number) => {
    const orders = Array.from({ length: 10 }, (_, n) => {
      const order =
        [
          { tea: 1, cup: 1 },
          { cup: 1, pot: 1 },
          { pot: 1, tea: 1 },
        ][(n + number) % 3] ?? {}
      return placed(`${number}-${n}`, number % 2 === 0 ? order : Object.fromEntries(Object.entries(order).toReversed()))
    })
    return stock.handle(...orders)
  }
  const results = (await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(lane))).flat()
  const served = results.filter(({ published }) => published[0]?.type.fullName === StockReserved.fullName)
  expect(results.map(({ error }) => error).filter((error) => error !== undefined)).toEqual([])
  const left = Object.values(await levels(stock)).reduce((sum, available) => sum + available, 0)
  expect(left + served.length * 2).toBe(120)
  expect(Math.min(...Object.values(await levels(stock)))).toBeGreaterThanOrEqual(0)
})

test('batches that want hundreds of products, each in an order of its own, are done at the first try', async () => {
  const skus = Array.from({ length: 400 }, (_, index) => `sku-${index}`)
  await using stock = await shelf(Object.fromEntries(skus.map((sku) => [sku, 1_000])))
  const lane = async (number: number) => {
    const inOrder = [...skus.slice(number * 50), ...skus.slice(0, number * 50)]
    for (let round = 0; round < 5; round += 1)
      await stock.handle(placed(`${number}-${round}`, Object.fromEntries(inOrder.map((sku) => [sku, 1]))))
  }
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(lane))
  expect(new Set(Object.values(await levels(stock)))).toEqual(new Set([1_000 - 8 * 5]))
})

test('what was reserved goes back to the shelf, once', async () => {
  await using stock = await shelf({ tea: 5, cup: 3 })
  await stock.handle(placed('42', { tea: 2, cup: 3 }), placed('43', { tea: 1 }))
  const release = ReleaseStock({ orderId: '42', reason: 'The order was cancelled.' })
  const [released] = await stock.handle(release)
  const [again] = await stock.handle(release)
  expect(released?.published).toHaveLength(3)
  expect(released?.published).toEqual(
    expect.arrayContaining([
      StockReleased({ orderId: '42', reason: 'The order was cancelled.' }),
      StockLevelChanged({ sku: 'tea', available: 4, version: 3 }),
      StockLevelChanged({ sku: 'cup', available: 3, version: 3 }),
    ]),
  )
  expect(again).toMatchObject({ published: [], error: undefined })
  expect(await levels(stock)).toEqual({ tea: 4, cup: 3 })
})

test('an order for which nothing is reserved leaves the shelf as it is', async () => {
  await using stock = await shelf({ tea: 5 })
  const [released] = await stock.handle(ReleaseStock({ orderId: '42', reason: 'The order was cancelled.' }))
  expect(released).toMatchObject({ published: [], error: undefined })
  expect(await levels(stock)).toEqual({ tea: 5 })
})

test('pieces that arrive are added to those that are there', async () => {
  await using stock = await shelf({ tea: 5 })
  const [arrived] = await stock.handle(RestockProduct({ sku: 'tea', quantity: 7 }))
  expect(arrived?.published).toEqual([StockLevelChanged({ sku: 'tea', available: 12, version: 2 })])
})

test('less than one piece cannot arrive', async () => {
  await using stock = await shelf({ tea: 5 })
  const [refused] = await stock.handle(RestockProduct({ sku: 'tea', quantity: -5 }))
  expect(refused?.error).toBeInstanceOf(Unrecoverable)
  expect(await levels(stock)).toEqual({ tea: 5 })
})

const listed = (sku: string) => ProductListed({ sku, name: sku, unitCents: 350, currency: 'EUR' })

test('a product that is listed before any piece of it arrived is known to be sold out; one that is counted stays as it is', async () => {
  await using stock = await shelf({ tea: 5 })
  const [pot, tea] = await stock.handle(listed('pot'), listed('tea'))
  expect(pot?.published).toEqual([StockLevelChanged({ sku: 'pot', available: 0, version: 1 })])
  expect(tea).toMatchObject({ published: [], error: undefined })
  const [arrived] = await stock.handle(RestockProduct({ sku: 'pot', quantity: 2 }))
  expect(arrived?.published).toEqual([StockLevelChanged({ sku: 'pot', available: 2, version: 2 })])
})
