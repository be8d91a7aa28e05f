import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { batchKey, placementIds } from '../order/identity.ts'
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

async function read(path: string, lastEventId?: string): Promise<EventReader> {
  const reader = await readEvents(shop.url + path, lastEventId)
  readers.push(reader)
  return reader
}

const types = (events: readonly { data: unknown }[]) => events.map(({ data }) => (data as { type: string }).type)

describe("an order's stream", () => {
  test('begins with what has happened, and goes on with what happens', async () => {
    shop.hear('order-1', 'OrderPlaced', { totalCents: 350 })
    shop.hear('order-1', 'StockReserved')
    const stream = await read('/api/orders/order-1/events')
    expect(types(await stream.until(2))).toEqual(['OrderPlaced', 'StockReserved'])
    shop.hear('order-1', 'OrderBilled')
    const events = await stream.until(3)
    expect(events[2]?.data).toEqual(
      expect.objectContaining({ orderId: 'order-1', type: 'OrderBilled', status: 'placed', totalCents: 350 }),
    )
  })

  test('waits for an order that was just accepted', async () => {
    const stream = await read('/api/orders/order-1/events')
    shop.hear('order-1', 'OrderPlaced')
    expect(types(await stream.until(1))).toEqual(['OrderPlaced'])
  })

  test('goes on after the last event that came, whatever replica answers', async () => {
    for (const type of ['OrderPlaced', 'OrderBilled', 'StockReserved']) shop.hear('order-1', type)
    const first = await read('/api/orders/order-1/events')
    const [, second] = await first.until(3)
    const resumed = await read('/api/orders/order-1/events', second?.id)
    expect(types(await resumed.until(1))).toEqual(['StockReserved'])
  })

  test('does not repeat itself, nor tells of other orders', async () => {
    const stream = await read('/api/orders/order-1/events')
    shop.hear('order-2', 'OrderPlaced')
    for (const type of ['OrderPlaced', 'OrderBilled', 'StockReserved']) shop.hear('order-1', type)
    await stream.until(3)
    shop.hear('order-1', 'OrderShipped')
    expect(types(await stream.until(4))).toEqual(['OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped'])
  })

  test('is told of the events that came while the database was away', async () => {
    const stream = await read('/api/orders/order-1/events')
    shop.away.database = true
    shop.hear('order-1', 'OrderPlaced')
    await vi.waitFor(() => expect(shop.failedReads()).toBeGreaterThan(0), { timeout: 5_000 })
    shop.away.database = false
    expect(types(await stream.until(1))).toEqual(['OrderPlaced'])
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
  test('tells of the latest orders, and of each one that changes', async () => {
    shop.hear('order-1', 'OrderPlaced')
    shop.hear('order-2', 'OrderPlaced')
    const stream = await read('/api/orders/events')
    const [latest] = await stream.until(1)
    expect(latest?.data).toEqual([
      expect.objectContaining({ orderId: 'order-1' }),
      expect.objectContaining({ orderId: 'order-2' }),
    ])
    shop.hear('order-3', 'OrderPlaced')
    const [, changed] = await stream.until(2)
    expect(changed?.data).toEqual([expect.objectContaining({ orderId: 'order-3', status: 'placed' })])
  })

  test('knows the orders of a batch by its name, each in its place', async () => {
    const stream = await read('/api/orders/events?batch=b1&count=3')
    shop.hear('order-1', 'OrderPlaced')
    shop.hear(placementIds(batchKey('b1', 2)).orderId, 'OrderPlaced')
    const [event] = await stream.until(1)
    expect(event?.data).toEqual([expect.objectContaining({ place: 2, status: 'placed' })])
  })

  test('tells of a thousand changes in one event, and of the next ones not sooner than a quarter of a second later', async () => {
    const stream = await read('/api/orders/events?batch=b1&count=1000')
    const ids = Array.from({ length: 1000 }, (_, place) => placementIds(batchKey('b1', place)).orderId)
    for (const id of ids) shop.hear(id, 'OrderPlaced')
    const [first] = await stream.until(1)
    const firstAt = performance.now()
    for (const id of ids) shop.hear(id, 'OrderBilled')
    await stream.until(2)
    expect(first?.data).toHaveLength(1000)
    // Half of it, since this process may hear of the first late.
    expect(performance.now() - firstAt).toBeGreaterThan(100)
  })

  test.each(['?batch=b1', '?batch=b1&count=0', '?batch=b1&count=1001', '?batch=a/b&count=1'])(
    '%s is not a batch',
    async (query) => {
      expect((await fetch(`${shop.url}/api/orders/events${query}`)).status).toBe(400)
    },
  )
})
