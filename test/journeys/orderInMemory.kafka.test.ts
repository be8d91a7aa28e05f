import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type InMemoryShop, openInMemoryShop } from '../support/inMemoryShop.ts'
import { wholeJourney } from '../support/shop.ts'
import { orderJourneys } from './orderJourneys.ts'

// The same journeys in one process: all messages are in memory. Only the databases are those of the stack. Time passes when
// a test moves it.

const advanceTimers = vi.advanceTimersByTime
beforeAll(() => void vi.useFakeTimers())
afterAll(() => void vi.useRealTimers())

orderJourneys(() => openInMemoryShop({ advanceTimers }))

describe('an order that has to wait', () => {
  let shop: InMemoryShop
  beforeAll(async () => {
    shop = await openInMemoryShop({ advanceTimers })
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const types = async (orderId: string) => (await shop.order(orderId)).history.map(({ type }) => type)

  test('raises an alarm after 30 seconds when billing is away, and goes its way when billing is back', async () => {
    const { system } = shop
    await system.stopEndpoint('billing')
    const orderId = await shop.placeOrder()
    await system.advance('29s')
    expect((await types(orderId)).toSorted()).toEqual(['OrderPlaced', 'StockReserved'])
    await system.advance('1s')
    expect(await types(orderId)).toContain('ShipmentDelayed')

    await system.startEndpoint('billing')

    await shop.orderHas(orderId, [...wholeJourney, 'ShipmentDelayed'])
    expect((await shop.charges(orderId)).charges).toHaveLength(1)
  })

  test('is billed once when the payment gateway is well again', async () => {
    const { system } = shop
    await shop.gatewayBehaves({ failureRate: 1 })
    const orderId = await shop.placeOrder()
    await system.advance('5s')
    expect(await types(orderId)).not.toContain('OrderBilled')

    await shop.gatewayBehaves({ failureRate: 0 })
    await system.advance('2s')

    await shop.orderHas(orderId, wholeJourney)
    expect((await shop.charges(orderId)).charges).toHaveLength(1)
    expect(await shop.failures()).toEqual([])
  })
})
