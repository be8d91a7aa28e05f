import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Endpoint, endpoint } from '../definition/endpoint.ts'
import { handler, type HandlerContext, transactionalHandler } from '../definition/handler.ts'
import { command, event, timeout } from '../definition/message.ts'
import { Postpone } from '../definition/outcome.ts'
import { saga } from '../definition/saga.ts'
import { table } from '../definition/table.ts'
import { described } from '../definition/testing/described.ts'
import { replay } from '../operations/replay.ts'
import { type InMemoryOptions, type InMemorySystem, startInMemory } from './inMemory.ts'

interface Order {
  readonly orderId: string
}

const PlaceOrder = command<Order>(described('sales', 'PlaceOrder'))
const OrderPlaced = event<Order>(described('sales', 'OrderPlaced'))
const OrderBilled = event<Order>(described('billing', 'OrderBilled'))
const OrderShipped = event<Order>(described('shipping', 'OrderShipped'))
const ShipmentOverdue = timeout<Order>(described('shipping', 'ShipmentOverdue'))
const ShipmentDelayed = event<Order>(described('shipping', 'ShipmentDelayed'))
const PointsAwarded = event<Order>(described('loyalty', 'PointsAwarded'))
const orders = table('orders', { id: 'text' })
const bills = table('bills', { id: 'text' })

const sales = endpoint({
  name: 'sales',
  handlers: [
    handler(PlaceOrder, (order, { insert, publish }) => {
      insert(orders, { id: order.orderId })
      publish(OrderPlaced(order))
    }),
  ],
  produces: [OrderPlaced],
})

type Act = (order: Order, context: HandlerContext) => void | Promise<void>

const billing = (act: Act = () => {}): Endpoint =>
  endpoint({
    name: 'billing',
    handlers: [
      handler(OrderPlaced, async (order, context) => {
        context.insert(bills, { id: order.orderId })
        context.publish(OrderBilled(order))
        await act(order, context)
      }),
    ],
    produces: [OrderBilled],
  })

/** Ships what is billed, and raises an alarm when that takes too long. */
const shipping = endpoint({
  name: 'shipping',
  sagas: [
    saga('shipping-policy', () => ({}))
      .startedBy(OrderPlaced, 'orderId', (order, policy) => policy.requestTimeout(ShipmentOverdue(order), '30s'))
      .on(OrderBilled, 'orderId', (order, policy) => {
        policy.publish(OrderShipped(order))
        policy.complete()
      })
      .timeout(ShipmentOverdue, (order, policy) => policy.publish(ShipmentDelayed(order))),
  ],
  produces: [OrderShipped, ShipmentOverdue, ShipmentDelayed],
})

const order = { orderId: 'order-1' }

async function start(endpoints: readonly Endpoint[], options?: InMemoryOptions): Promise<InMemorySystem> {
  const system = await startInMemory(endpoints, options)
  onTestFinished(() => system.stop())
  return system
}

const fails = (times: number): Act => {
  let failures = 0
  return () => {
    if ((failures += 1) <= times) throw new Error('bug')
  }
}

describe('a system in memory', () => {
  test('handles a command from outside and everything that follows from it', async () => {
    const system = await start([sales, billing(), shipping])
    await system.send(PlaceOrder(order))
    await system.settled()
    expect(await system.produced(OrderPlaced)).toEqual([order])
    expect(await system.produced(OrderShipped)).toEqual([order])
    expect(system.store('sales').rows(orders)).toEqual([{ id: 'order-1' }])
    expect(system.store('billing').rows(bills)).toEqual([{ id: 'order-1' }])
    expect(await system.deadLetters()).toEqual([])
  })

  test('has settled when a thousand messages are handled and committed', async () => {
    const system = await start([sales, billing()])
    for (let number = 0; number < 1_000; number += 1) await system.send(PlaceOrder({ orderId: String(number) }))
    await system.settled()
    expect(system.store('billing').rows(bills)).toHaveLength(1_000)
    const positions = await system.admin.committed('billing', [OrderPlaced.topic])
    expect(positions.reduce((sum, { offset }) => sum + offset, 0n)).toBe(1_000n)
  })

  test('lets a test play the endpoints that are not there', async () => {
    const system = await start([shipping])
    await system.publish(OrderPlaced(order))
    await system.settled()
    await system.publish(OrderBilled(order))
    await system.settled()
    expect(await system.produced(OrderShipped)).toEqual([order])
  })

  test('refuses a message that nobody here handles or produces, and one that does not fit its schema', async () => {
    const system = await start([sales])
    await expect(system.publish(PointsAwarded(order))).rejects.toThrow(
      'No endpoint here handles or produces loyalty.PointsAwarded',
    )
    await expect(system.produced(PointsAwarded)).rejects.toThrow('No endpoint here handles or produces loyalty.PointsAwarded')
    await expect(system.send(PlaceOrder({ orderId: 7 as unknown as string }))).rejects.toThrow('7 is not a string')
  })

  test('handles a message once that comes twice', async () => {
    const system = await start([sales])
    await system.send(PlaceOrder(order), { id: 'm-1' })
    await system.send(PlaceOrder(order), { id: 'm-1' })
    await system.settled()
    expect(await system.produced(OrderPlaced)).toEqual([order])
  })

  test('says what waits for a person, and replays it', async () => {
    const failing = { ...billing(fails(1)), recoverability: { immediate: 0, delayed: [], unrecoverable: [], outageGuard: 25 } }
    const system = await start([failing, shipping])
    await system.publish(OrderPlaced(order), { id: 'm-1' })
    await system.settled()
    expect(await system.deadLetters()).toMatchObject([{ id: 'm-1', endpoint: 'billing', errorMessage: 'bug' }])
    expect(await system.deadLetters('shipping')).toEqual([])
    await replay({ endpoint: 'billing', by: 'ada' }, system)
    await system.settled()
    expect(await system.deadLetters()).toEqual([])
    expect(system.store('billing').rows(bills)).toEqual([{ id: 'order-1' }])
  })

  test('waits for a broker and a store that are away', async () => {
    const system = await start([sales, billing()])
    system.store('billing').failNext('save')
    system.broker.faults.failNextPublish('lost')
    await expect(system.send(PlaceOrder(order))).rejects.toThrow('as the test wished')
    system.broker.faults.failNextPublish('unanswered')
    await system.send(PlaceOrder(order)).catch(() => {})
    await system.settled()
    expect(system.store('billing').rows(bills)).toEqual([{ id: 'order-1' }])
  })

  test('keeps the messages of an endpoint that is stopped until it is back', async () => {
    const system = await start([sales, billing()])
    await system.stopEndpoint('billing')
    await system.send(PlaceOrder(order))
    await system.settled()
    expect(await system.produced(OrderBilled)).toEqual([])
    await system.startEndpoint('billing')
    await system.settled()
    expect(await system.produced(OrderBilled)).toEqual([order])
  })

  test('says what is not done when it does not settle', async () => {
    const { promise: opened, resolve: open } = Promise.withResolvers<void>()
    const system = await start([billing(() => opened)], { settleTimeoutMs: 50 })
    await system.publish(OrderPlaced(order))
    await expect(system.settled()).rejects.toThrow(/Not settled within 50 ms\. billing\/\d: run handlers\./)
    open()
    await system.settled()
  })

  test('refuses an endpoint with SQL that has no database', async () => {
    const withSql = endpoint({ name: 'stock', handlers: [transactionalHandler(OrderPlaced, () => {})] })
    await expect(startInMemory([withSql])).rejects.toThrow(
      'Endpoint "stock" has transactional handlers (OrderPlaced), and the memory store has no SQL. Give it a database',
    )
  })

  test('says which endpoints it has not, and what they have not', async () => {
    const system = await start([sales])
    expect(() => system.store('stock')).toThrow('There is no endpoint "stock" here.')
    expect(() => system.database('sales')).toThrow('Endpoint "sales" has a store in memory, and no database.')
    await expect(system.startEndpoint('sales')).rejects.toThrow('Endpoint "sales" is running already.')
    await expect(system.advance('1s')).rejects.toThrow('Time is real here.')
  })
})

describe('a system in memory, in fake time', () => {
  const advanceTimers = vi.advanceTimersByTime
  beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2030, 0, 1) }))
  afterEach(() => void vi.useRealTimers())

  test('lets no time pass when nothing needs it', async () => {
    const system = await start([sales, billing(), shipping], { advanceTimers })
    await system.send(PlaceOrder(order))
    await system.settled()
    expect(await system.produced(OrderShipped)).toEqual([order])
    expect(Date.now()).toBe(Date.UTC(2030, 0, 1))
  })

  test('raises an alarm when its time has come, and not before', async () => {
    const system = await start([shipping], { advanceTimers })
    await system.publish(OrderPlaced(order))
    await system.advance('29s')
    expect(await system.produced(ShipmentDelayed)).toEqual([])
    await system.advance('1s')
    expect(await system.produced(ShipmentDelayed)).toEqual([order])
  })

  test('tries a message again after each delay, also when time is moved past all of them', async () => {
    const triedAt: number[] = []
    const begun = Date.now()
    const act = () => {
      triedAt.push((Date.now() - begun) / 1_000)
      throw new Error('bug')
    }
    const system = await start([billing(act)], { advanceTimers })
    await system.publish(OrderPlaced(order))
    await system.settled()
    expect(triedAt).toEqual([0, 0, 0])
    await system.advance('1h')
    expect(triedAt).toEqual([0, 0, 0, 2, 2, 2, 6, 6, 6, 14, 14, 14])
    expect(await system.deadLetters('billing')).toHaveLength(1)
    expect(Date.now() - begun).toBe(3_600_000)
  })

  test('handles a postponed message when its time has come', async () => {
    let runs = 0
    const act = () => {
      if ((runs += 1) === 1) throw new Postpone('10s')
    }
    const system = await start([billing(act)], { advanceTimers })
    await system.publish(OrderPlaced(order))
    await system.advance('9s')
    expect(runs).toBe(1)
    await system.advance('1s')
    expect(runs).toBe(2)
  })

  test('moves time on for a store that is away, until it is asked again', async () => {
    const system = await start([billing()], { advanceTimers })
    for (let failure = 0; failure < 3; failure += 1) system.store('billing').failNext('save')
    await system.publish(OrderPlaced(order))
    await system.settled()
    expect(system.store('billing').rows(bills)).toEqual([{ id: 'order-1' }])
    expect(Date.now()).toBeGreaterThan(Date.UTC(2030, 0, 1))
  })

  test('moves time on for a commit that has failed, until it is committed with the next one', async () => {
    const system = await start([billing()], { advanceTimers })
    system.broker.faults.failNextCommit()
    await system.publish(OrderPlaced(order))
    await system.settled()
    const [position] = (await system.admin.committed('billing', [OrderPlaced.topic])).filter(({ offset }) => offset > 0n)
    expect(position?.offset).toBe(1n)
  })

  test('stops although a handler does not end', async () => {
    const system = await startInMemory([billing(() => new Promise(() => {}))], { advanceTimers, settleTimeoutMs: 50 })
    await system.publish(OrderPlaced(order))
    await expect(system.settled()).rejects.toThrow('run handlers')
    await system.stop()
  })
})
