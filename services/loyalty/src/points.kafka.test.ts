import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { OrderBilled, OrderRefunded, PointsAwarded, PointsRevoked } from '@petrel/contracts'
import { expect, test } from 'vitest'
import { serviceDatabase } from '../../../test/support/serviceDatabase.ts'
import { pointsApi } from './pointsApi.ts'
import { loyalty as loyaltyEndpoint } from './endpoint.ts'

const billedAt = new Date('2026-03-01T10:00:00Z')
const order = (orderId: string, customerId = 'ada') => ({
  orderId,
  customerId,
  email: `${customerId}@example.com`,
  amountCents: 1_690,
  currency: 'EUR',
})
const billed = (orderId: string, customerId?: string) => OrderBilled({ ...order(orderId, customerId), chargeId: 'ch', billedAt })
const refunded = (orderId: string) => OrderRefunded({ ...order(orderId), refundId: 're', reason: 'cancelled' })

test('points add up, order by order', async () => {
  await using loyalty = await serviceDatabase(loyaltyEndpoint)
  const results = await loyalty.handle(billed('1'), billed('2'))
  expect(results.flatMap(({ published }) => published)).toEqual([
    PointsAwarded({ orderId: '1', customerId: 'ada', points: 16, balance: 16 }),
    PointsAwarded({ orderId: '2', customerId: 'ada', points: 16, balance: 32 }),
  ])
})

test('an order is rewarded once', async () => {
  await using loyalty = await serviceDatabase(loyaltyEndpoint)
  await loyalty.handle(billed('1'))
  const [again] = await loyalty.handle(billed('1'))
  expect(again).toMatchObject({ published: [], error: undefined })
})

test('a refund takes its points back, also when it is heard of before the bill', async () => {
  await using loyalty = await serviceDatabase(loyaltyEndpoint)
  const [revoked] = await loyalty.handle(refunded('1'))
  const [awarded] = await loyalty.handle(billed('1'))
  expect(revoked?.published).toEqual([PointsRevoked({ orderId: '1', customerId: 'ada', points: 16, balance: -16 })])
  expect(awarded?.published).toEqual([PointsAwarded({ orderId: '1', customerId: 'ada', points: 16, balance: 0 })])
})

test('lanes that book for the same customers in different orders do not lock each other out, and no point is lost', async () => {
  await using loyalty = await serviceDatabase(loyaltyEndpoint)
  const customers = ['ada', 'bob', 'cyd', 'dee']
  const lane = (number: number) => {
    const inOrder = number % 2 === 0 ? customers : customers.toReversed()
    return loyalty.handle(...inOrder.map((customer) => billed(`${number}-${customer}`, customer)))
  }
  const results = (await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(lane))).flat()
  expect(results.filter(({ error }) => error !== undefined)).toEqual([])
  const { rows } = await loyalty.pool.query('select customer_id, balance::int from balances order by customer_id')
  expect(rows).toEqual(customers.map((customer_id) => ({ customer_id, balance: 8 * 16 })))
})

test('batches that book for hundreds of customers, each in an order of its own, are done at the first try', async () => {
  await using loyalty = await serviceDatabase(loyaltyEndpoint)
  const customers = Array.from({ length: 400 }, (_, index) => `customer-${index}`)
  const lane = async (number: number) => {
    const inOrder = [...customers.slice(number * 50), ...customers.slice(0, number * 50)]
    for (let round = 0; round < 5; round += 1)
      await loyalty.handle(...inOrder.map((customer) => billed(`${number}-${round}-${customer}`, customer)))
  }
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(lane))
  const { rows } = await loyalty.pool.query('select distinct balance::int from balances')
  expect(rows).toEqual([{ balance: 8 * 5 * 16 }])
})

test('a customer can ask for the balance and where it comes from', async () => {
  await using loyalty = await serviceDatabase(loyaltyEndpoint)
  await loyalty.handle(billed('1'), billed('2'))
  await loyalty.handle(refunded('2'))
  const server = pointsApi(loyalty.pool).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const ask = async (path: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
  try {
    const points = await (await ask('/customers/ada/points')).json()
    expect(points).toMatchObject({ customerId: 'ada', points: 16 })
    expect(points.history).toHaveLength(3)
    expect(points.history).toEqual(expect.arrayContaining([{ orderId: '1', points: 16, at: billedAt.toISOString() }]))
    expect(await (await ask('/customers/nobody/points')).json()).toEqual({ customerId: 'nobody', points: 0, history: [] })
  } finally {
    server.close()
  }
})
