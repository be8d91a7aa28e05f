import { command, endpoint, event, handler } from '@petrel/messaging'
import { topology } from '@petrel/messaging/operations'

/** What generated code would say of a message, with one field beside its key. */
const described = (owner: string, name: string, topic: string, field: object) => ({
  fullName: `${owner}.${name}`,
  owner,
  topic: `${owner}.${topic}`,
  key: 'orderId',
  schema: {
    type: 'record',
    name,
    namespace: owner,
    doc: `About ${name}.`,
    fields: [{ name: 'orderId', doc: 'Which order.', type: 'string' }, field],
  },
})

const total = { name: 'totalCents', doc: 'In minor units.', type: 'long' }
const lines = {
  name: 'lines',
  doc: 'What was ordered.',
  type: {
    type: 'array',
    items: {
      type: 'record',
      name: 'Line',
      doc: 'One product.',
      fields: [
        { name: 'sku', doc: 'Which.', type: 'string' },
        { name: 'engraving', doc: 'A name, or nothing.', type: 'string', pii: true },
      ],
    },
  },
}
const reason = {
  name: 'reason',
  doc: 'Why, if it is | was known.',
  type: ['null', { type: 'enum', name: 'Reason', doc: 'Why.', symbols: ['OTHER', 'LATE'], default: 'OTHER' }],
  default: null,
}

const PlaceOrder = command(described('sales', 'PlaceOrder', 'place-order', lines))
const PriceOrder = command(described('sales', 'PriceOrder', 'price-order', total))
const OrderPlaced = event(described('sales', 'OrderPlaced', 'order-placed', total))
const RefundOrder = command(described('billing', 'RefundOrder', 'refund-order', reason))

const nothing = () => {}

/** A web page sends orders to sales and listens to what comes of them; sales says so to billing, and asks itself for prices. */
export const smallShop = topology([
  endpoint({ name: 'web-page', handlers: [handler(OrderPlaced, nothing)], produces: [PlaceOrder, RefundOrder] }),
  endpoint({
    name: 'sales',
    handlers: [handler(PlaceOrder, nothing), handler(PriceOrder, nothing)],
    produces: [OrderPlaced, PriceOrder],
    partitions: 3,
    recoverability: { delayed: ['2s'] },
  }),
  endpoint({ name: 'billing', handlers: [handler(OrderPlaced, nothing), handler(RefundOrder, nothing)], handlerTimeLimit: '1m' }),
])
