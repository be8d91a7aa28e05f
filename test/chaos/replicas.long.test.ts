import { Client } from 'pg'
import { expect, test } from 'vitest'
import { type EndpointName, openShop, type Shop, stepsOf, wholeJourney } from '../support/shop.ts'
import { eventually, joined } from '../support/stack.ts'

const customers = ['ada', 'bob', 'cyd', 'dee', 'eve']
const twice: readonly EndpointName[] = ['sales', 'stock', 'loyalty']
const perCustomer = 60
const pointsOfAnOrder = 16

test('two replicas that want the same products and customers in crossing orders never lock each other out', async () => {
  await using shop = await openShop()
  const second = await Promise.all(twice.map((name) => shop.system.startService(name, { LOYALTY_PORT: '0' })))
  await Promise.all(second.map(joined))

  const orderIds = await Promise.all(crossingOrders().map((order) => shop.placeOrder(order)))

  for (const orderId of orderIds) expect(stepsOf(await shop.orderHas(orderId, wholeJourney))).toEqual(wholeJourney.toSorted())
  expect(await shop.failures()).toEqual([])
  for (const customer of customers)
    await eventually(async () => expect(await shop.points(customer)).toBe(perCustomer * pointsOfAnOrder))
  expect(await deadlocks(shop)).toEqual({ sales: 0, stock: 0, loyalty: 0 })
})

/** Each names tea and a cup, half of them in the other order, and neighbours belong to different customers. */
function crossingOrders() {
  const lines = [
    { sku: 'green-tea', quantity: 2 },
    { sku: 'storm-cup', quantity: 1 },
  ]
  return Array.from({ length: perCustomer * customers.length }, (_, index) => ({
    customerId: customers[index % customers.length] ?? '',
    lines: index % 2 === 0 ? lines : lines.toReversed(),
  }))
}

/** PostgreSQL reports what a session did when that session has been idle for a moment. */
async function deadlocks({ system }: Shop): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of twice) {
    const client = new Client(await system.createDatabase(name))
    await client.connect()
    const { rows } = await client.query<{ deadlocks: string }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    )
    await client.end()
    counts[name] = Number(rows[0]?.deadlocks)
  }
  return counts
}
