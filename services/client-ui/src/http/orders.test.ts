import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeShop, someProducts, startFakeShop } from '../testing/fakeShop.ts'

let shop: FakeShop
beforeEach(async () => void (shop = await startFakeShop()))
afterEach(() => shop.close())

const get = (path: string) => fetch(shop.url + path)

test('the catalogue says what is sold, at what price, and how many are left', async () => {
  expect(await (await get('/api/catalogue')).json()).toEqual(someProducts)
})

test('the catalogue of before is shown while the database is away, and says when it was read', async () => {
  shop.away.database = true
  const response = await get('/api/catalogue')
  expect(await response.json()).toEqual(someProducts)
  expect(Date.parse(response.headers.get('read-at') ?? '')).toBeLessThanOrEqual(Date.now())
})

test('a catalogue that was never read is no empty catalogue', async () => {
  await using blind = await startFakeShop({ databaseAway: true })
  const response = await fetch(`${blind.url}/api/catalogue`)
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).not.toBeNull()
})

test('what the payment gateway has counted is passed on; a gateway that does not answer has counted nothing that we know', async () => {
  shop.counts.charges = 7
  expect(await (await get('/api/charges')).json()).toEqual({ charges: 7, refunds: 0, declines: 0, ordersChargedTwice: 0 })
  shop.away.gateway = true
  expect((await get('/api/charges')).status).toBe(503)
})

test('an order says what was ordered by whom, when it was accepted, its status, its total and its history', async () => {
  const lines = [{ sku: 'green-tea', name: 'Green tea, 500 g', quantity: 2, unitCents: 350 }]
  const acceptedAt = new Date('2026-03-01T10:00:00Z')
  shop.accept('order-1', { acceptedAt, customerId: 'ada', lines })
  shop.publish('order-1', 'OrderPlaced', { totalCents: 700 })
  shop.publish('order-1', 'OrderCancelled', { detail: { wasPlaced: true } })
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string
  expect(await (await get('/api/orders/order-1')).json()).toEqual({
    orderId: 'order-1',
    status: 'cancelled',
    acceptedAt: acceptedAt.toISOString(),
    customerId: 'ada',
    lines,
    currency: 'EUR',
    totalCents: 700,
    traceId: null,
    history: [
      { type: 'OrderPlaced', at, detail: null },
      { type: 'OrderCancelled', at, detail: { wasPlaced: true } },
    ],
  })
})

test('an order is there as soon as it is accepted, before any service has it', async () => {
  shop.accept('order-1')
  expect(await (await get('/api/orders/order-1')).json()).toMatchObject({ status: 'accepted', history: [] })
})

test('when it was accepted travels with the order, and counts more than what was noted here', async () => {
  shop.accept('order-1', { acceptedAt: new Date('2026-03-01T10:00:07Z') })
  shop.publish('order-1', 'OrderPlaced', { detail: { acceptedAt: '2026-03-01T10:00:00.000Z' } })
  expect(await (await get('/api/orders/order-1')).json()).toMatchObject({ acceptedAt: '2026-03-01T10:00:00.000Z' })
})

test('an order that does not exist is not found, and may be asked for again', async () => {
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

test('a path of the API that does not exist is answered with a problem', async () => {
  const response = await get('/api/coffee')
  expect(response.status).toBe(404)
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
})
