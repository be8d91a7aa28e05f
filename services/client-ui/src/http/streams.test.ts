import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { batchOrderId } from '../order/identity.ts'
import { type EventReader, readEvents } from '../testing/eventSource.ts'
import { type FakeShop, startFakeShop } from '../testing/fakeShop.ts'

let shop: FakeShop
const readers: EventReader[] = []
beforeEach(async () => void (shop = await startFakeShop()))
afterEach(async () => {
  vi.useRealTimers()
  for (const reader of readers.splice(0)) reader.close()
  await shop.close()
})

async function read(path: string): Promise<EventReader> {
  const reader = await readEvents(shop.url + path)
  readers.push(reader)
  return reader
}

const kinds = (events: readonly { event: string }[]) => events.map(({ event }) => event)
type Read = { data: unknown } | undefined
const dataOf = (event: Read): unknown => event?.data ?? {}
const order = (event: Read) => (dataOf(event) as { order: { history: { type: string }[] } }).order
const types = (event: Read) => order(event).history.map(({ type }) => type)
const orders = (event: Read) => (dataOf(event) as { orders: object[] }).orders

describe("an order's stream", () => {
  test('begins with the whole order, and gives it again whenever something happens', async () => {
    shop.publish('order-1', 'OrderPlaced', { totalCents: 350 })
    shop.publish('order-1', 'StockReserved')
    const stream = await read('/api/orders/order-1/events')
    expect(types((await stream.until(1))[0])).toEqual(['OrderPlaced', 'StockReserved'])
    shop.publish('order-1', 'OrderBilled')
    const [, changed] = await stream.until(2)
    expect(order(changed)).toMatchObject({ orderId: 'order-1', status: 'placed', totalCents: 350 })
    expect(types(changed)).toEqual(['OrderPlaced', 'StockReserved', 'OrderBilled'])
  })

  test('says that there is no such order, and shows it when it is there', async () => {
    const stream = await read('/api/orders/order-1/events')
    expect(kinds(await stream.until(1))).toEqual(['unknown'])
    shop.accept('order-1')
    expect(kinds(await stream.until(2))).toEqual(['unknown', 'order'])
  })

  test('reads nothing while nothing changes, and shows everything again now and then', async () => {
    const reads = vi.spyOn(shop.readModel, 'orders')
    const asked = vi.spyOn(shop.readModel, 'snapshot')
    shop.publish('order-1', 'OrderPlaced')
    const stream = await read('/api/orders/order-1/events')
    await stream.until(1)
    await vi.waitFor(() => expect(asked.mock.calls.length).toBeGreaterThan(2))
    expect(reads).toHaveBeenCalledTimes(1)
    vi.setSystemTime(Date.now() + 10_000)
    shop.publish('order-2', 'OrderPlaced')
    expect(types((await stream.until(2))[1])).toEqual(['OrderPlaced'])
  })

  test('says nothing of other orders', async () => {
    const stream = await read('/api/orders/order-1/events')
    await stream.until(1)
    shop.publish('order-2', 'OrderPlaced')
    shop.publish('order-1', 'OrderPlaced')
    expect(kinds(await stream.until(2))).toEqual(['unknown', 'order'])
  })

  test('says that the order cannot be read while the database is away, and shows what came meanwhile', async () => {
    shop.away.database = true
    const stream = await read('/api/orders/order-1/events')
    expect(kinds(await stream.until(1))).toEqual(['unread'])
    shop.publish('order-1', 'OrderPlaced')
    shop.away.database = false
    await stream.untilText('event: order')
    expect(types(stream.events().at(-1))).toEqual(['OrderPlaced'])
  })

  test('says how far each service has come: when the order was accepted that it answered last', async () => {
    shop.accept('order-2', { acceptedAt: new Date('2026-03-01T10:00:00Z') })
    shop.publish('order-2', 'OrderPlaced')
    shop.accept('order-1')
    const [event] = await (await read('/api/orders/order-1/events')).until(1)
    expect(event?.data).toMatchObject({ now: expect.any(String), answered: { sales: '2026-03-01T10:00:00.000Z' } })
  })

  test('keeps the connection with a comment every 15 seconds', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const stream = await read('/api/orders/order-1/events')
    expect(stream.text()).not.toContain(': still here')
    vi.advanceTimersByTime(15_000)
    await stream.untilText(': still here')
  })
})

describe('the stream of many orders', () => {
  test('begins with the latest orders, and gives each one that changes', async () => {
    shop.publish('order-1', 'OrderPlaced')
    shop.publish('order-2', 'OrderPlaced')
    const stream = await read('/api/orders/events')
    const [latest] = await stream.until(1)
    expect(orders(latest)).toMatchObject([{ orderId: 'order-1' }, { orderId: 'order-2' }])
    shop.publish('order-3', 'OrderPlaced')
    const [, changed] = await stream.until(2)
    expect(orders(changed)).toMatchObject([{ orderId: 'order-3', status: 'placed' }])
  })

  test('says that there are none, which is something else than that they cannot be read', async () => {
    const stream = await read('/api/orders/events')
    const [none] = await stream.until(1)
    expect(orders(none)).toEqual([])
    shop.away.database = true
    const blind = await read('/api/orders/events')
    expect(kinds(await blind.until(1))).toEqual(['unread'])
    shop.away.database = false
    await blind.untilText('event: orders')
  })

  test('knows the orders of a batch by what its address says, each in its place', async () => {
    const stream = await read('/api/orders/events?batch=b1&count=3&customer=ada')
    shop.publish('order-1', 'OrderPlaced')
    shop.publish(batchOrderId('b1', 'ada', 2), 'OrderPlaced')
    await stream.untilText('OrderPlaced')
    expect(orders(stream.events().at(-1))).toMatchObject([{ place: 2, status: 'placed' }])
  })

  test('gives a thousand changes in one event, and the next ones not sooner than a quarter of a second later', async () => {
    const stream = await read('/api/orders/events?batch=b1&count=1000&customer=ada')
    await stream.until(1)
    const ids = Array.from({ length: 1000 }, (_, place) => batchOrderId('b1', 'ada', place))
    for (const id of ids) shop.publish(id, 'OrderPlaced')
    const [, first] = await stream.until(2)
    const firstAt = performance.now()
    for (const id of ids) shop.publish(id, 'OrderBilled')
    await stream.until(3)
    expect(orders(first)).toHaveLength(1000)
    // Half of it, since this process may get the first late.
    expect(performance.now() - firstAt).toBeGreaterThan(100)
  })

  test.each([
    '?batch=b1',
    '?batch=b1&count=0&customer=ada',
    '?batch=b1&count=1001&customer=ada',
    '?batch=a/b&count=1&customer=ada',
    '?batch=b1&count=1',
  ])('%s is not a batch', async (query) => {
    expect((await fetch(`${shop.url}/api/orders/events${query}`)).status).toBe(400)
  })
})
