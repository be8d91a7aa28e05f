import { describe, expect, test, vi } from 'vitest'
import { endpoint } from '../definition/endpoint.ts'
import { handler } from '../definition/handler.ts'
import { saga } from '../definition/saga.ts'
import { bills, OrderBilled, OrderCancelled, OrderPlaced, PaymentOverdue, RefundOrder } from './testing/messages.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { pass, rest, useVirtualTime } from './testing/virtualTime.ts'

vi.mock('node:timers/promises', () => import('./testing/timersPromises.ts'))
useVirtualTime()

interface Tab {
  numbers: number[]
  overdue: number
}

const order = (number: number, orderId = 'a') => ({ orderId, number })
const newTab = (): Tab => ({ numbers: [], overdue: 0 })

/** Begun by an order; goes on with refunds, which fail for the numbers in `bugs`; ends when the order is cancelled. */
function tabs(bugs: readonly number[] = [], overdueAfter?: '30s') {
  const policy = saga('tab-policy', newTab)
    .startedBy(OrderPlaced, 'orderId', ({ number }, policy) => {
      policy.state.numbers.push(number)
      if (overdueAfter !== undefined) policy.requestTimeout(PaymentOverdue(order(number, policy.id)), overdueAfter)
    })
    .on(RefundOrder, 'orderId', ({ number }, policy) => {
      policy.state.numbers.push(number)
      policy.insert(bills, { message_id: policy.message.id, order_id: policy.id, number })
      policy.publish(OrderBilled(order(number, policy.id)))
      if (bugs.includes(number)) throw new Error('bug')
    })
    .on(OrderCancelled, 'orderId', ({ number }, policy) => {
      policy.state.numbers.push(number)
      policy.complete()
    })
    .timeout(PaymentOverdue, (_, policy) => {
      policy.state.overdue += 1
      policy.publish(OrderBilled(order(-1, policy.id)))
    })
  return endpoint({
    name: 'billing',
    sagas: [policy],
    produces: [OrderBilled, PaymentOverdue],
    partitions: 1,
    recoverability: { immediate: 0, delayed: [] },
  })
}

const tabOf = async ({ store }: TestSystem, id = 'a') => (await store.loadSagas([{ saga: 'tab-policy', id }]))[0]

describe('a saga', () => {
  test('carries its state from message to message of a batch, and is saved once', async () => {
    const g = await testSystem(tabs())
    await g.say(OrderPlaced(order(1)), OrderPlaced(order(2)), OrderPlaced(order(3)), OrderPlaced(order(4, 'b')))
    await g.start()
    await g.settled()
    expect(g.store.asked).toHaveLength(1)
    expect(await tabOf(g)).toMatchObject({ version: 1, state: { numbers: [1, 2, 3] }, completed: false })
    expect(await tabOf(g, 'b')).toMatchObject({ version: 1, state: { numbers: [4] } })
  })

  test('goes on from batch to batch', async () => {
    const g = await testSystem(tabs())
    await g.start()
    for (const number of [1, 2, 3]) {
      await g.say(OrderPlaced(order(number)))
      await g.settled()
    }
    expect(await tabOf(g)).toMatchObject({ version: 3, state: { numbers: [1, 2, 3] } })
  })

  test('is not begun by a message that only continues one: that one is done with, without a trace', async () => {
    const g = await testSystem(tabs())
    const [id = ''] = await g.say(RefundOrder(order(1)))
    await g.start()
    await g.settled()
    expect(await tabOf(g)).toBeUndefined()
    expect(await g.store.handledIds([id])).toEqual(new Set([id]))
    expect(g.store.rows(bills)).toEqual([])
    expect(g.failures).toEqual([])
  })

  test('that is complete ignores what comes after, in its batch and later', async () => {
    const g = await testSystem(tabs())
    await g.start()
    await g.say(OrderPlaced(order(1)))
    await g.settled()
    await g.say(OrderCancelled(order(2)), OrderCancelled(order(3)))
    await g.settled()
    await g.say(OrderPlaced(order(4)), RefundOrder(order(5)))
    await g.settled()
    expect(await tabOf(g)).toMatchObject({ version: 2, state: { numbers: [1, 2] }, completed: true })
  })

  test('keeps its state when a reaction throws, with the messages before and after it', async () => {
    const g = await testSystem(tabs([2]))
    await g.start()
    await g.say(OrderPlaced(order(0)))
    await g.settled()
    const [, dead] = await g.say(RefundOrder(order(1)), RefundOrder(order(2)), RefundOrder(order(3)))
    await g.settled()
    expect(await tabOf(g)).toMatchObject({ state: { numbers: [0, 1, 3] } })
    expect(g.store.rows(bills)).toHaveLength(2)
    expect(await g.ids('billing.order-billed')).toHaveLength(2)
    expect(await g.ids('billing.dlt')).toEqual([dead])
  })

  test('that another process has saved meanwhile is loaded and run again', async () => {
    const g = await testSystem(tabs())
    await g.start()
    await g.say(OrderPlaced(order(1)))
    await g.settled()
    const loadSagas = g.store.loadSagas.bind(g.store)
    g.store.loadSagas = async (keys) => {
      const loaded = await loadSagas(keys)
      g.store.loadSagas = loadSagas
      const state = { numbers: [1, 100], overdue: 0 }
      await g.store.save(
        {
          lane: 'another',
          handled: [],
          outgoing: [],
          rows: new Map(),
          sagas: [{ saga: 'tab-policy', id: 'a', version: 1, state, completed: false }],
          scheduled: [],
          sent: [],
        },
        g.store.transaction(),
      )
      return loaded
    }
    await g.say(RefundOrder(order(2)))
    await g.settled()
    expect(await tabOf(g)).toMatchObject({ version: 3, state: { numbers: [1, 100, 2] } })
    expect(g.store.rows(bills)).toHaveLength(1)
    expect(await g.ids('billing.order-billed')).toHaveLength(1)
    expect(g.failures).toEqual([])
  })

  test('is loaded again when the database was away', async () => {
    const g = await testSystem(tabs())
    for (let time = 0; time < 4; time += 1) g.store.failNext('loadSagas')
    await g.start()
    await g.say(OrderPlaced(order(1)))
    await g.settled()
    expect(await tabOf(g)).toMatchObject({ version: 1, state: { numbers: [1] } })
    expect(g.failures).toEqual([])
  })
})

describe('a timeout', () => {
  test('comes back through its topic when it is due, once', async () => {
    const g = await testSystem(tabs([], '30s'))
    await g.start()
    await g.say(OrderPlaced(order(1)))
    await rest()
    expect(g.store.scheduled()).toHaveLength(1)
    await pass(29_000)
    expect(await g.ids('billing.payment-overdue')).toEqual([])
    await g.settled()
    expect(await g.ids('billing.payment-overdue')).toHaveLength(1)
    expect(await tabOf(g)).toMatchObject({ state: { overdue: 1 } })
    expect(await g.ids('billing.order-billed')).toHaveLength(1)
  })

  test('that is published twice counts once', async () => {
    const g = await testSystem(tabs([], '30s'))
    await g.start()
    await g.say(OrderPlaced(order(1)))
    await rest()
    g.store.failNext('publishScheduled', 'before')
    g.broker.faults.failNextPublish('unanswered')
    await g.settled()
    expect(await g.ids('billing.payment-overdue')).toHaveLength(2)
    expect(await tabOf(g)).toMatchObject({ state: { overdue: 1 } })
  })

  test('of a saga that is complete by then is ignored', async () => {
    const g = await testSystem(tabs([], '30s'))
    await g.start()
    await g.say(OrderPlaced(order(1)))
    await rest()
    await g.say(OrderCancelled(order(2)))
    await g.settled()
    expect(await g.ids('billing.payment-overdue')).toHaveLength(1)
    expect(await tabOf(g)).toMatchObject({ state: { overdue: 0 } })
    expect(await g.ids('billing.order-billed')).toEqual([])
  })

  test('asked for by a reaction that throws does not ring', async () => {
    const policy = saga('tab-policy', newTab)
      .startedBy(OrderPlaced, 'orderId', (step, policy) => {
        policy.requestTimeout(PaymentOverdue(step), '1s')
        throw new Error('bug')
      })
      .timeout(PaymentOverdue, () => {})
    const g = await testSystem(
      endpoint({
        name: 'billing',
        sagas: [policy],
        produces: [PaymentOverdue],
        partitions: 1,
        recoverability: { immediate: 1, delayed: [] },
      }),
    )
    await g.start()
    await g.say(OrderPlaced(order(1)))
    await g.settled()
    expect(g.store.scheduled()).toEqual([])
    expect(await g.ids('billing.payment-overdue')).toEqual([])
  })
})

test('one key is in one hand at a time, whether a handler or a saga has it', async () => {
  let running = 0
  let most = 0
  const work = async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
  }
  const policy = saga('tab-policy', newTab).startedBy(OrderCancelled, 'orderId', work)
  const g = await testSystem(
    endpoint({ name: 'billing', handlers: [handler(OrderPlaced, work)], sagas: [policy], partitions: 1 }),
  )
  await g.say(OrderPlaced(order(1)), OrderCancelled(order(2)), OrderPlaced(order(3)), OrderCancelled(order(4)))
  await g.start()
  await g.settled()
  expect(most).toBe(1)
})
