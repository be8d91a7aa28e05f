import { describe, expect, test } from 'vitest'
import { endpoint } from '../definition/endpoint.ts'
import { batchHandler, handler, type Handler, transactionalHandler } from '../definition/handler.ts'
import { command, event, type MessageDescriptor } from '../definition/message.ts'
import { Unrecoverable } from '../definition/outcome.ts'
import { table } from '../definition/table.ts'
import { described } from '../definition/testing/described.ts'
import { receive, receiveTogether } from './receive.ts'

interface Order {
  readonly orderId: string
}

const PlaceOrder = command<Order>(described('sales', 'PlaceOrder'))
const OrderPlaced = event<Order>(described('sales', 'OrderPlaced'))
const ShipOrder = command<Order>(described('shipping', 'ShipOrder'))
const orders = table('orders', { id: 'text' })

const sales = (placeOrder: Handler, produces: readonly MessageDescriptor[] = [OrderPlaced, ShipOrder]) =>
  endpoint({ name: 'sales', handlers: [placeOrder], produces })

describe('receive', () => {
  test('receive runs a handler, and returns what it has published, sent and inserted', async () => {
    const placeOrder = handler(PlaceOrder, async ({ orderId }, { publish, send, insert }) => {
      await Promise.resolve()
      insert(orders, { id: orderId })
      publish(OrderPlaced({ orderId }))
      send(ShipOrder({ orderId }))
    })
    expect(await receive(sales(placeOrder), PlaceOrder({ orderId: 'a' }))).toEqual({
      published: [OrderPlaced({ orderId: 'a' })],
      sent: [ShipOrder({ orderId: 'a' })],
      inserted: [{ table: 'orders', row: { id: 'a' } }],
      counted: {},
      error: undefined,
    })
  })

  test('receive returns what a handler threw, and nothing of what it had recorded before', async () => {
    const error = new Unrecoverable('no lines')
    const placeOrder = handler(PlaceOrder, ({ orderId }, { publish, insert }) => {
      insert(orders, { id: orderId })
      publish(OrderPlaced({ orderId }))
      throw error
    })
    expect(await receive(sales(placeOrder), PlaceOrder({ orderId: 'a' }))).toEqual({
      published: [],
      sent: [],
      inserted: [],
      counted: {},
      error,
    })
  })

  test('a message in receive has an id, begins a conversation and is at its first attempt, unless the test says otherwise', async () => {
    const seen: unknown[] = []
    const placeOrder = handler(PlaceOrder, (_, { message }) => void seen.push(message))
    await receive(sales(placeOrder), PlaceOrder({ orderId: 'a' }))
    await receive(sales(placeOrder), PlaceOrder({ orderId: 'a' }), { message: { id: 'm-1', attempt: 3 } })
    const [first, second] = seen as { id: string; conversationId: string; attempt: number }[]
    expect(first).toMatchObject({ conversationId: first?.id, attempt: 1, causationId: undefined })
    expect(first?.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(second).toMatchObject({ id: 'm-1', conversationId: 'm-1', attempt: 3 })
  })

  test('receive refuses a message that the endpoint does not handle', async () => {
    const placeOrder = handler(PlaceOrder, () => {})
    await expect(receive(sales(placeOrder), OrderPlaced({ orderId: 'a' }))).rejects.toThrow(
      /does not handle sales.OrderPlaced; it handles sales.PlaceOrder/,
    )
  })

  test('a transactional handler needs a tx from the test, and the error without one says so', async () => {
    const placeOrder = transactionalHandler(PlaceOrder, async ({ orderId }, { tx, insert }) => {
      for (const { id } of await tx.query<{ id: string }>('select id from orders')) insert(orders, { id: `${id} ${orderId}` })
    })
    const { error } = await receive(sales(placeOrder), PlaceOrder({ orderId: 'a' }))
    expect(String(error)).toContain('receive(endpoint, message, { tx })')
    const tx = { query: <R extends object>() => Promise.resolve([{ id: 'known' } as unknown as R]) }
    const { inserted } = await receive(sales(placeOrder), PlaceOrder({ orderId: 'a' }), { tx })
    expect(inserted).toEqual([{ table: 'orders', row: { id: 'known a' } }])
  })

  test('messages of a batch handler are received together, and one that fails leaves the others as if it had not been there', async () => {
    const runs: string[][] = []
    const placeOrder = batchHandler(PlaceOrder, async (messages, { tx, each }) => {
      runs.push(messages.map(({ data }) => data.orderId))
      const [known] = await tx.query<{ id: string }>('select id from orders')
      each(({ data, insert, publish }) => {
        if (data.orderId === 'b') throw new Error('a bug')
        insert(orders, { id: `${known?.id} ${data.orderId}` })
        publish(OrderPlaced(data))
      })
    })
    const tx = { query: <R extends object>() => Promise.resolve([{ id: 'known' } as unknown as R]) }
    const [first, second, third] = await receiveTogether(
      sales(placeOrder),
      ['a', 'b', 'c'].map((orderId) => PlaceOrder({ orderId })),
      { tx },
    )
    expect(first).toMatchObject({ published: [OrderPlaced({ orderId: 'a' })], inserted: [{ row: { id: 'known a' } }] })
    expect(second).toMatchObject({ published: [], inserted: [], error: new Error('a bug') })
    expect(third).toMatchObject({ published: [OrderPlaced({ orderId: 'c' })], inserted: [{ row: { id: 'known c' } }] })
    expect(runs).toEqual([
      ['a', 'b', 'c'],
      ['a', 'c'],
    ])
    expect(await receive(sales(placeOrder), PlaceOrder({ orderId: 'd' }), { tx })).toMatchObject({
      published: [OrderPlaced({ orderId: 'd' })],
    })
  })

  test('messages that no batch handler handles are not received together, and the error says so', async () => {
    const placeOrder = handler(PlaceOrder, () => {})
    await expect(receiveTogether(sales(placeOrder), [PlaceOrder({ orderId: 'a' })])).rejects.toThrow(
      'Only messages of one type, which a batchHandler handles, are received together.',
    )
  })

  test('receive refuses a message that the endpoint does not list in produces', async () => {
    const placeOrder = handler(PlaceOrder, (order, { publish }) => publish(OrderPlaced(order)))
    const { error, published } = await receive(sales(placeOrder, []), PlaceOrder({ orderId: 'a' }))
    expect(String(error)).toContain('does not produce sales.OrderPlaced')
    expect(published).toEqual([])
  })

  test('receive refuses a produced message that does not fit its schema', async () => {
    const placeOrder = handler(PlaceOrder, (_, { publish }) => publish(OrderPlaced({ orderId: 7 as unknown as string })))
    const { error } = await receive(sales(placeOrder), PlaceOrder({ orderId: 'a' }))
    expect(String(error)).toContain('sales.OrderPlaced.orderId: 7 is not a string')
  })

  test('receive refuses a row that does not fit the columns of its table', async () => {
    const placeOrder = handler(PlaceOrder, (_, { insert }) => insert(orders, { id: 7 as unknown as string }))
    const { error } = await receive(sales(placeOrder), PlaceOrder({ orderId: 'a' }))
    expect(String(error)).toContain('orders.id: 7 is not a text')
  })

  test('a handler in receive gets its message through Avro', async () => {
    let seen: object | undefined
    const placeOrder = handler(PlaceOrder, (order) => void (seen = order))
    await expect(receive(sales(placeOrder), PlaceOrder({ orderId: 'a', more: 1 } as Order))).rejects.toThrow(/no field "more"/)
    await receive(sales(placeOrder), PlaceOrder({ orderId: 'a' }))
    expect(seen).toEqual({ orderId: 'a' })
  })
})
