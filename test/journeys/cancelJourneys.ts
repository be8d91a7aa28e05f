import { CancelOrder, PlaceOrder } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Shop, typesOf } from '../support/shop.ts'
import { eventually } from '../support/stack.ts'

const customer = (customerId: string) => ({ customerId, email: `${customerId}@example.org` })

/** Orders that are cancelled, in a shop that is open. */
export function cancelJourneys(theShop: () => Shop): void {
  describe('an order is cancelled', () => {
    let shop: Shop
    beforeAll(() => void (shop = theShop()))

    const mailIds = async (customerId: string) =>
      (await shop.mails(`${customerId}@example.org`)).map(({ messageId }) => messageId)

    test('while billing is away: nothing is charged or rewarded, and the customer gets one mail', async () => {
      await shop.stop('billing')
      const orderId = await shop.placeOrder(customer('hedy'))
      await shop.orderHas(orderId, ['OrderPlaced', 'StockReserved'])
      expect((await shop.requestCancellation(orderId)).status).toBe(202)
      await shop.orderHas(orderId, ['OrderCancelled'])
      await shop.start('billing')

      const order = await shop.orderHas(orderId, ['PaymentCancelled', 'StockReleased', 'CustomerNotified'])
      expect(order.status).toBe('cancelled')
      expect(typesOf(order)).toEqual(
        ['OrderPlaced', 'OrderCancelled', 'PaymentCancelled', 'StockReserved', 'StockReleased', 'CustomerNotified'].toSorted(),
      )
      expect(await shop.charges(orderId)).toMatchObject({ charges: [], refunds: [] })
      expect(await mailIds('hedy')).toEqual([`<${orderId}.cancelled@petrel.example>`])
      expect(await shop.points('hedy')).toBe(0)
    })

    test('before it is placed: it is not placed when it comes, and nobody has anything to undo', async () => {
      const orderId = uuid7()
      await shop.keeper.send(CancelOrder({ orderId }))
      await eventually(async () => expect(await shop.lags(['sales'])).toEqual(new Map()))
      const lines = [{ sku: 'green-tea', quantity: 2 }]
      await shop.keeper.send(PlaceOrder({ orderId, ...customer('mary'), lines, acceptedAt: new Date() }))
      const order = await shop.orderHas(orderId, ['OrderCancelled'])
      await eventually(async () => expect(await shop.lags()).toEqual(new Map()))
      expect(typesOf(await shop.order(orderId))).toEqual(['OrderCancelled'])
      expect(order.status).toBe('cancelled')
      expect(await shop.charges(orderId)).toMatchObject({ charges: [] })
    })

    test('that nobody placed: the wish is answered and forgotten, and leaves nothing for a person', async () => {
      expect((await shop.requestCancellation(uuid7())).status).toBe(404)
      await shop.keeper.send(CancelOrder({ orderId: uuid7() }))
      await eventually(async () => expect(await shop.lags(['sales'])).toEqual(new Map()))
      expect(await shop.failures()).toEqual([])
    })
  })
}
