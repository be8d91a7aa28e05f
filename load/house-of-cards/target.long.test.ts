import { expect, inject, test } from 'vitest'
import { eventually } from '../../test/support/eventually.ts'
import { getJson } from '../../test/support/http.ts'
import { openHouseAsTarget } from './target.ts'

test('a campaign orders, looks into the books, limits the gateway and breaks sales, as in the real shop', async () => {
  await using target = await openHouseAsTarget({ databaseUrl: inject('stack').databaseUrl })
  const { url } = target.customers
  const ivy = { named: 'ivy', since: new Date() }
  const order = (number: number) => {
    const body = { customerId: `ivy-${number}`, email: 'ivy@example.org', lines: [{ sku: 'green-tea', quantity: 1 }] }
    return fetch(`${url}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  }
  expect((await fetch(url)).headers.get('content-type')).toContain('html')
  expect((await getJson<{ available: number }[]>(`${url}/api/catalogue`))[0]?.available).toBeGreaterThan(0)

  const { orderId } = (await (await order(1)).json()) as { orderId: string }
  const once = [{ orderId, at: expect.any(Number) }]
  const books = { accepted: once, billed: once, charged: once, shipped: once, mailed: once, points: once }
  expect(await target.books(ivy)).toEqual(books)
  expect(await target.watch()).toMatchObject({ waiting: 0, deadLetters: 0 })

  await target.limitGateway(1)
  const answers = await Promise.all([2, 3, 4, 5, 6, 7, 8, 9].map(order))
  const accepted = 1 + answers.filter(({ ok }) => ok).length
  await target.limitGateway(null)
  expect((await target.books(ivy)).accepted).toHaveLength(accepted)

  await target.faults.breakSales?.()
  await eventually(async () => expect((await order(10)).status).toBe(503))
  await target.faults.mendSales?.()
  await target.faults.killBilling?.()
  await eventually(async () => expect((await order(11)).status).toBe(202))
  await eventually(async () => expect(await target.watch()).toMatchObject({ waiting: 0 }))
})
