import { describe, expect, test } from 'vitest'
import { handler } from '../definition/handler.ts'
import { command, event } from '../definition/message.ts'
import { Unrecoverable } from '../definition/outcome.ts'
import { table } from '../definition/table.ts'
import { receive } from './receive.ts'

interface Order {
  readonly orderId: string
}

const described = (fullName: string) => ({ fullName, owner: 'sales', topic: fullName, key: 'orderId', schema: 'string' })
const PlaceOrder = command<Order>(described('sales.PlaceOrder'))
const OrderPlaced = event<Order>(described('sales.OrderPlaced'))
const ShipOrder = command<Order>(described('shipping.ShipOrder'))
const orders = table('orders', { id: 'text' })

describe('receive', () => {
  test('hands a message to a handler and tells what the handler has said', async () => {
    const placeOrder = handler(PlaceOrder, async ({ orderId }, { publish, send, insert }) => {
      await Promise.resolve()
      insert(orders, { id: orderId })
      publish(OrderPlaced({ orderId }))
      send(ShipOrder({ orderId }))
    })
    expect(await receive(placeOrder, PlaceOrder({ orderId: 'a' }))).toEqual({
      published: [OrderPlaced({ orderId: 'a' })],
      sent: [ShipOrder({ orderId: 'a' })],
      inserted: [{ table: 'orders', row: { id: 'a' } }],
      error: undefined,
    })
  })

  test('tells what a handler threw, and nothing of what it had said before', async () => {
    const error = new Unrecoverable('no lines')
    const placeOrder = handler(PlaceOrder, ({ orderId }, { publish, insert }) => {
      insert(orders, { id: orderId })
      publish(OrderPlaced({ orderId }))
      throw error
    })
    expect(await receive(placeOrder, PlaceOrder({ orderId: 'a' }))).toEqual({ published: [], sent: [], inserted: [], error })
  })

  test('gives the message an id of its own, begins a conversation with it, and is its first try', async () => {
    const seen: unknown[] = []
    const placeOrder = handler(PlaceOrder, (_, { message }) => void seen.push(message))
    await receive(placeOrder, PlaceOrder({ orderId: 'a' }))
    await receive(placeOrder, PlaceOrder({ orderId: 'a' }), { message: { id: 'm-1', attempt: 3 } })
    const [first, second] = seen as { id: string; conversationId: string; attempt: number }[]
    expect(first).toMatchObject({ conversationId: first?.id, attempt: 1, causationId: undefined, type: PlaceOrder })
    expect(first?.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(second).toMatchObject({ id: 'm-1', conversationId: 'm-1', attempt: 3 })
  })

  test('refuses a message that the handler does not handle', async () => {
    const placeOrder = handler(PlaceOrder, () => {})
    await expect(receive(placeOrder, OrderPlaced({ orderId: 'a' }))).rejects.toThrow(
      /handles sales.PlaceOrder, not sales.OrderPlaced/,
    )
  })

  test('says that a handler with SQL needs a transaction, and takes one', async () => {
    const placeOrder = handler(PlaceOrder, async ({ orderId }, { tx, insert }) => {
      for (const { id } of await tx.query<{ id: string }>('select id from orders')) insert(orders, { id: `${id} ${orderId}` })
    })
    const { error } = await receive(placeOrder, PlaceOrder({ orderId: 'a' }))
    expect(String(error)).toContain('receive(handler, message, { tx })')
    const tx = { query: <R extends object>() => Promise.resolve([{ id: 'known' } as unknown as R]) }
    const { inserted } = await receive(placeOrder, PlaceOrder({ orderId: 'a' }), { tx })
    expect(inserted).toEqual([{ table: 'orders', row: { id: 'known a' } }])
  })
})
