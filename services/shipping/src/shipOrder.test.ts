import { OrderShipped, ShipOrder } from '@petrel/contracts'
import { receive } from '@petrel/messaging/testing'
import { expect, test } from 'vitest'
import { shipping } from './endpoint.ts'
import { trackingCodeFor } from './shipOrder.ts'

const lines = [{ sku: 'green-tea', quantity: 2 }]
const id = '0195a3c2-7d4e-7b1a-9c3d-5e6f7a8b9c0d'

test('a parcel goes out with everything that was ordered, and its tracking code is published', async () => {
  const { published, inserted } = await receive(shipping, ShipOrder({ orderId: '42', lines }), { message: { id } })
  expect(inserted).toEqual([
    {
      table: 'shipments',
      row: { order_id: '42', tracking_code: 'PT5E6F7A8B9C0D', lines, shipped_at: expect.any(Date) },
    },
  ])
  expect(published).toEqual([OrderShipped({ orderId: '42', trackingCode: 'PT5E6F7A8B9C0D', shippedAt: expect.any(Date) })])
})

test('a parcel counts as shipped', async () => {
  const { counted } = await receive(shipping, ShipOrder({ orderId: '42', lines }))
  expect(counted).toEqual({ shop_orders_shipped_total: 1 })
})

test('a message that is handled again labels the same parcel', () => {
  expect(trackingCodeFor(id)).toBe(trackingCodeFor(id))
  expect(trackingCodeFor(id)).not.toBe(trackingCodeFor('0195a3c2-7d4e-7b1a-9c3d-5e6f7a8b9c0e'))
})
