import { describe, expect, test } from 'vitest'
import { endpoint } from '../definition/endpoint.ts'
import { command, event, timeout } from '../definition/message.ts'
import { saga } from '../definition/saga.ts'
import { described } from '../definition/testing/described.ts'
import { testSaga } from './testSaga.ts'

interface Order {
  readonly orderId: string
}

const OrderPlaced = event<Order>(described('sales', 'OrderPlaced'))
const OrderBilled = event<Order>(described('billing', 'OrderBilled'))
const OrderRefunded = event<Order>(described('billing', 'OrderRefunded'))
const OrderCancelled = event<Order>(described('sales', 'OrderCancelled'))
const ShipOrder = command<Order>(described('shipping', 'ShipOrder'))
const ShipmentDelayed = event<Order>(described('shipping', 'ShipmentDelayed'))
const ShipmentOverdue = timeout<Order>(described('shipping', 'ShipmentOverdue'))
const ShipmentLost = timeout<Order>(described('shipping', 'ShipmentLost'))

/** Ships what was placed and billed; an order billed with the id "bug" makes it throw. */
const shippingPolicy = saga('shipping-policy', () => ({ placed: false, alarms: [] as string[] }))
  .startedBy(OrderPlaced, 'orderId', (order, policy) => {
    policy.state.placed = true
    policy.requestTimeout(ShipmentLost(order), '2m')
    policy.requestTimeout(ShipmentOverdue(order), '30s')
  })
  .on(OrderBilled, 'orderId', (order, policy) => {
    policy.state.placed = false
    policy.send(ShipOrder(order))
    if (order.orderId === 'bug') throw new Error('bug')
    policy.complete()
  })
  .on(OrderRefunded, 'orderId', (_, policy) => policy.complete(), {
    notFound: (order, { publish }) => publish(ShipmentDelayed(order)),
  })
  .timeout(ShipmentOverdue, (order, policy) => {
    policy.state.alarms.push('overdue')
    policy.publish(ShipmentDelayed(order))
    if (policy.state.alarms.length < 3) policy.requestTimeout(ShipmentOverdue(order), '30s')
  })
  .timeout(ShipmentLost, (_, { state }) => void state.alarms.push('lost'))

const shipping = endpoint({
  name: 'shipping',
  sagas: [shippingPolicy],
  produces: [ShipOrder, ShipmentDelayed, ShipmentOverdue, ShipmentLost],
})

const order = { orderId: 'a' }

describe('testSaga', () => {
  test('testSaga keeps the state between messages, and returns what each has caused', async () => {
    const policy = testSaga(shipping, shippingPolicy)
    expect(await policy.receive(OrderPlaced(order))).toMatchObject({
      state: { placed: true },
      timeouts: [
        { message: ShipmentLost(order), afterMs: 120_000 },
        { message: ShipmentOverdue(order), afterMs: 30_000 },
      ],
      completed: false,
      ignored: false,
    })
    expect(await policy.receive(OrderBilled(order))).toMatchObject({
      state: { placed: false },
      sent: [ShipOrder(order)],
      completed: true,
    })
  })

  test('testSaga keeps one state for each value of the correlation field', async () => {
    const policy = testSaga(shipping, shippingPolicy)
    await policy.receive(OrderPlaced(order))
    expect(await policy.receive(OrderBilled({ orderId: 'b' }))).toMatchObject({ ignored: true, sent: [], state: undefined })
    expect(await policy.receive(OrderBilled(order))).toMatchObject({ ignored: false, sent: [ShipOrder(order)] })
  })

  test('a message for no saga is ignored, and what the saga does about that is told', async () => {
    const policy = testSaga(shipping, shippingPolicy)
    expect(await policy.receive(OrderRefunded(order))).toMatchObject({
      ignored: true,
      published: [ShipmentDelayed(order)],
      state: undefined,
    })
  })

  test('messages and timeouts for a complete saga are ignored', async () => {
    const policy = testSaga(shipping, shippingPolicy)
    await policy.receive(OrderPlaced(order))
    await policy.receive(OrderBilled(order))
    expect(await policy.receive(OrderPlaced(order))).toMatchObject({ ignored: true, completed: true, timeouts: [] })
    const alarms = await policy.advance('1h')
    expect(alarms.map(({ ignored }) => ignored)).toEqual([true, true])
  })

  test('a reaction that throws does not change the state', async () => {
    const policy = testSaga(shipping, shippingPolicy)
    await policy.receive(OrderPlaced({ orderId: 'bug' }))
    const { error, ...rest } = await policy.receive(OrderBilled({ orderId: 'bug' }))
    expect(error).toEqual(new Error('bug'))
    expect(rest).toMatchObject({ state: { placed: true }, sent: [], completed: false, ignored: false })
  })

  test('advance delivers timeouts in the order in which they are due, also those requested meanwhile', async () => {
    const policy = testSaga(shipping, shippingPolicy)
    await policy.receive(OrderPlaced(order))
    expect(await policy.advance('29s')).toEqual([])
    expect(await policy.advance('1s')).toMatchObject([{ published: [ShipmentDelayed(order)], state: { alarms: ['overdue'] } }])
    const rest = await policy.advance('10m')
    expect(rest.at(-1)?.state?.alarms).toEqual(['overdue', 'overdue', 'overdue', 'lost'])
    expect(rest).toHaveLength(3)
    expect(await policy.advance('1d')).toEqual([])
  })

  test('testSaga refuses a message that the saga does not handle', async () => {
    await expect(testSaga(shipping, shippingPolicy).receive(OrderCancelled(order))).rejects.toThrow(
      /does not handle sales.OrderCancelled/,
    )
  })
})
