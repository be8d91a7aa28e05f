import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeShop, someProducts, startFakeShop } from '../testing/fakeShop.ts'

let shop: FakeShop
beforeEach(async () => void (shop = await startFakeShop()))
afterEach(() => shop.close())

const get = (path: string) => fetch(shop.url + path)

test('the catalogue tells what is sold, at what price, and how many are left', async () => {
  expect(await (await get('/api/catalogue')).json()).toEqual(someProducts)
})

test('the catalogue of before is shown while the database is away', async () => {
  shop.away.database = true
  expect(await (await get('/api/catalogue')).json()).toEqual(someProducts)
})

test('an order tells its status, its total and its history', async () => {
  shop.hear('order-1', 'OrderPlaced', { totalCents: 700 })
  shop.hear('order-1', 'OrderBilled')
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string
  expect(await (await get('/api/orders/order-1')).json()).toEqual({
    orderId: 'order-1',
    status: 'placed',
    totalCents: 700,
    history: [
      { type: 'OrderPlaced', at },
      { type: 'OrderBilled', at },
    ],
  })
})

test('an order nobody has heard of is not found, and may be asked for again', async () => {
  const response = await get('/api/orders/0197a000-0000-7000-8000-000000000000')
  expect(response.status).toBe(404)
  expect(response.headers.get('retry-after')).toBe('1')
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
})

test('an order that cannot be read now is no missing order', async () => {
  shop.away.database = true
  const response = await get('/api/orders/order-1')
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).not.toBeNull()
})

test('it is alive from the start, and ready when the bus has joined and there is a catalogue', async () => {
  await using joining = await startFakeShop({ joined: false })
  await using empty = await startFakeShop({ products: [] })
  expect((await fetch(`${joining.url}/live`)).status).toBe(200)
  expect((await fetch(`${joining.url}/ready`)).status).toBe(503)
  expect((await fetch(`${empty.url}/ready`)).status).toBe(503)
  expect((await get('/ready')).status).toBe(200)
})

test('a path that does not exist is told as a problem', async () => {
  const response = await get('/api/coffee')
  expect(response.status).toBe(404)
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
})
