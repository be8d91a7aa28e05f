import { OrderBilled, OrderPlaced, PlaceOrder, StockReserved } from '@petrel/contracts'
import { type Message, type MessageDescriptor, uuid7 } from '@petrel/messaging'
import type { Shop } from '../../test/support/shop.ts'
import { avroCodec, confluentRegistry, messageEncoder, subjectName, topicLimits } from '../support.ts'

/** The messages about one order that wait for a service. */
type WaitingFor = (order: Order) => readonly Message[]

interface Order {
  readonly orderId: string
  readonly customerId: string
  readonly email: string
  readonly lines: readonly {
    readonly sku: string
    readonly quantity: number
    readonly unitCents: number
    readonly name: string
  }[]
}

const placed = (order: Order) =>
  OrderPlaced({ ...order, totalCents: 1690, currency: 'EUR', placedAt: new Date(), acceptedAt: new Date() })
const billed = ({ orderId, customerId, email }: Order) =>
  OrderBilled({ orderId, customerId, email, amountCents: 1690, currency: 'EUR', chargeId: 'ch', billedAt: new Date() })
const reserved = ({ orderId, lines }: Order) =>
  StockReserved({ orderId, lines: lines.map(({ sku, quantity }) => ({ sku, quantity })) })
const toPlace = ({ orderId, customerId, email, lines }: Order) =>
  PlaceOrder({
    orderId,
    customerId,
    email,
    lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
    acceptedAt: new Date(),
  })

/** Every service that is measured, with what it has to do for an order. */
export const waitingFor = {
  sales: (order) => [toPlace(order)],
  billing: (order) => [placed(order)],
  stock: (order) => [placed(order)],
  loyalty: (order) => [billed(order)],
  shipping: (order) => [placed(order), billed(order), reserved(order)],
} satisfies Record<string, WaitingFor>

export type ReplicatedService = keyof typeof waitingFor

/** Publishes what so many orders make a service do. @returns how many messages that are */
export type Publish = (orders: number) => Promise<number>

export async function publisher({ system, broker }: Shop, service: ReplicatedService): Promise<Publish> {
  const { addresses, prefix } = system
  const registry = confluentRegistry({ url: addresses.registryUrl })
  const types: readonly MessageDescriptor[] = [PlaceOrder, OrderPlaced, OrderBilled, StockReserved]
  const schemaIds = new Map<string, number>()
  for (const type of types) schemaIds.set(type.fullName, (await registry.idOf(prefix + subjectName(type), type.schema)) ?? 0)
  const { encode } = avroCodec({ registry })
  const encodeMessage = messageEncoder({ endpoint: { name: 'bench' }, prefix, schemaIds, encode, limits: topicLimits(new Map()) })
  return async (orders) => {
    let published = 0
    for (let first = 0; first < orders; first += 500) {
      const messages = Array.from({ length: Math.min(500, orders - first) }, (_, n) =>
        waitingFor[service](orderNumber(first + n)),
      )
      await broker.publish(messages.flat().map((message) => encodeMessage(message, { trace: {} }).record))
      published += messages.flat().length
    }
    return published
  }
}

/** Of a hundred customers; both products in every other order, in either order of lines: what locks rows one by one would meet itself. */
function orderNumber(number: number): Order {
  const customerId = `customer-${number % 100}`
  const tea = { sku: 'green-tea', quantity: 1, unitCents: 350, name: 'Green tea' }
  const cup = { sku: 'storm-cup', quantity: 1, unitCents: 990, name: 'Storm cup' }
  const lines = [[tea], [tea, cup], [cup], [cup, tea]][number % 4] ?? [tea]
  return { orderId: uuid7(), customerId, email: `${customerId}@example.org`, lines }
}
