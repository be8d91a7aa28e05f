import { expect, test } from 'vitest'
import { billing, changed, sales, shipping, till } from './testing/shop.ts'
import { topology } from './topology.ts'

const messageTable = (...endpoints: Parameters<typeof topology>[0]) =>
  topology(endpoints).messages.map(
    ({ type, sentBy, heardBy, partitions }) => `${type.fullName} ${sentBy.join('+')} > ${heardBy.join('+')} ${partitions}`,
  )

test('of each message it is known who sends it, who hears it, and how many partitions its owner gives it', () => {
  expect(messageTable(shipping, till, billing, sales)).toEqual([
    'billing.OrderBilled billing > shipping 3',
    'billing.RefundOrder shipping > billing 3',
    'sales.OrderPlaced sales > billing+shipping 3',
    'sales.PlaceOrder till > sales 3',
    'shipping.ShipmentOverdue shipping > shipping 3',
  ])
})

test('a message whose owner is elsewhere has no number of partitions', () => {
  expect(messageTable(till)).toEqual(['sales.PlaceOrder till >  undefined'])
})

test('an endpoint is scaled by its messages and never by its retries, and one that hears nothing by nothing', () => {
  const { endpoints } = topology([changed(billing, { handlerTimeLimit: '1m' }), till])
  expect(endpoints.map(({ name, scalesBy, handlerTimeLimitSeconds }) => ({ name, scalesBy, handlerTimeLimitSeconds }))).toEqual([
    {
      name: 'billing',
      scalesBy: { group: 'billing', topics: ['sales.order-placed', 'billing.refund-order'], from: 'earliest' },
      handlerTimeLimitSeconds: 60,
    },
    { name: 'till', scalesBy: undefined, handlerTimeLimitSeconds: 30 },
  ])
})

test('the same endpoints in another order are the same topology', () => {
  expect(topology([sales, billing, shipping])).toEqual(topology([shipping, sales, billing]))
})
