import { command, event } from '@petrel/messaging'

// The work that every framework is measured with: 200 to 300 bytes in, one row, 100 to 200 bytes out.

export interface PlaceOrder {
  readonly orderId: string
  readonly customerId: string
  readonly placedAt: Date
  readonly currency: string
  readonly amountCents: number
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly unitCents: number }[]
}

const line = {
  type: 'record',
  name: 'Line',
  fields: [
    { name: 'sku', type: 'string' },
    { name: 'quantity', type: 'int' },
    { name: 'unitCents', type: 'long' },
  ],
}
const timestamp = { type: 'long', logicalType: 'timestamp-millis' }

export const PlaceOrder = command<PlaceOrder>({
  fullName: 'bench.PlaceOrder',
  owner: 'bench',
  topic: 'bench.place-order',
  key: 'orderId',
  schema: {
    type: 'record',
    name: 'PlaceOrder',
    namespace: 'bench',
    fields: [
      { name: 'orderId', type: 'string' },
      { name: 'customerId', type: 'string' },
      { name: 'placedAt', type: timestamp },
      { name: 'currency', type: 'string' },
      { name: 'amountCents', type: 'long' },
      { name: 'lines', type: { type: 'array', items: line } },
    ],
  },
})

export interface OrderPlaced {
  readonly orderId: string
  readonly customerId: string
  readonly placedAt: Date
  readonly currency: string
  readonly amountCents: number
}

export const OrderPlaced = event<OrderPlaced>({
  fullName: 'bench.OrderPlaced',
  owner: 'bench',
  topic: 'bench.order-placed',
  key: 'orderId',
  schema: {
    type: 'record',
    name: 'OrderPlaced',
    namespace: 'bench',
    fields: [
      { name: 'orderId', type: 'string' },
      { name: 'customerId', type: 'string' },
      { name: 'placedAt', type: timestamp },
      { name: 'currency', type: 'string' },
      { name: 'amountCents', type: 'long' },
    ],
  },
})
