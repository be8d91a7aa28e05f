import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type JourneyShop, wholeJourney } from '../support/shop.ts'

/** The journeys of orders through all services, on whatever carries their messages. */
export function orderJourneys(openShop: () => Promise<JourneyShop>): void {
  describe('an order travels', () => {
    let shop: JourneyShop
    beforeAll(async () => {
      shop = await openShop()
    })
    afterAll(() => shop[Symbol.asyncDispose]())

    test('it is placed, billed, reserved, shipped, mailed and rewarded, each once', async () => {
      const orderId = await shop.placeOrder({
        customerId: 'grace',
        email: 'grace@example.org',
        lines: [{ sku: 'green-tea', quantity: 2 }],
      })

      const order = await shop.orderHas(orderId, wholeJourney)

      expect(order).toMatchObject({ status: 'shipped', totalCents: 700 })
      expect(order.history.map(({ type }) => type).toSorted()).toEqual(wholeJourney.toSorted())
      expect((await shop.charges(orderId)).charges).toEqual([expect.objectContaining({ amountCents: 700 })])
      expect((await shop.mails('grace@example.org')).map(({ messageId }) => messageId)).toEqual([
        `<${orderId}.billed@petrel.example>`,
      ])
      expect(await shop.points('grace')).toBe(7)
    })

    test('a card that declines stops it: what was reserved is released, nothing is shipped, and the customer gets a mail', async () => {
      await shop.gatewayBehaves({ declineRate: 1 })
      const orderId = await shop.placeOrder({ customerId: 'joan', email: 'joan@example.org' })
      const order = await shop.orderHas(orderId, ['PaymentDeclined', 'StockReserved', 'StockReleased', 'CustomerNotified'])
      await shop.gatewayBehaves({ declineRate: 0 })

      expect(order.history.map(({ type }) => type)).not.toContain('OrderShipped')
      expect((await shop.charges(orderId)).charges).toEqual([])
      expect((await shop.mails('joan@example.org')).map(({ messageId }) => messageId)).toEqual([
        `<${orderId}.declined@petrel.example>`,
      ])
    })

    test('what is not on the shelf is not shipped, and what was charged is refunded', async () => {
      const orderId = await shop.placeOrder({
        customerId: 'edith',
        email: 'edith@example.org',
        lines: [{ sku: 'last-pot', quantity: 2 }],
      })

      const order = await shop.orderHas(orderId, ['StockReservationRejected', 'OrderBilled', 'OrderRefunded', 'PointsRevoked'])

      expect(order.history.map(({ type }) => type)).not.toContain('OrderShipped')
      expect(await shop.charges(orderId)).toMatchObject({ charges: [expect.anything()], refunds: [expect.anything()] })
      await eventually(async () => expect(await shop.points('edith')).toBe(0))
    })

    test('two customers want the last piece: one gets it, the other gets the money back', async () => {
      const wanted = { lines: [{ sku: 'last-pot', quantity: 1 }] }
      const orders = await Promise.all([shop.placeOrder(wanted), shop.placeOrder(wanted)])

      const ends = await Promise.all(
        orders.map((orderId) =>
          eventually(async () => {
            const types = (await shop.order(orderId)).history.map(({ type }) => type)
            const end = ['OrderShipped', 'OrderRefunded'].find((type) => types.includes(type))
            if (end === undefined) throw new Error(`order ${orderId} has come to no end yet: ${types.join(', ')}`)
            return end
          }),
        ),
      )

      expect(ends.toSorted()).toEqual(['OrderRefunded', 'OrderShipped'])
    })

    test('nothing of all that needed a person', async () => {
      expect(await shop.failures()).toEqual([])
    })
  })
}
