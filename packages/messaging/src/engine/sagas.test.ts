import { describe, expect, test } from 'vitest'
import { endpoint } from '../definition/endpoint.ts'
import { handler } from '../definition/handler.ts'
import { saga } from '../definition/saga.ts'
import { SagaConflict } from '../store/port.ts'
import { bills, OrderBilled, OrderCancelled, OrderPlaced, PaymentOverdue, RefundOrder } from './testing/messages.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { passTime, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

interface Tab {
  numbers: number[]
  overdue: number
}

const order = (number: number, orderId = 'a') => ({ orderId, number })
const newTab = (): Tab => ({ numbers: [], overdue: 0 })

/** A saga that begins with an order, continues with refunds, and ends with a cancellation. Refunds with a number in `bugs` throw. */
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
  test('a saga passes its state from message to message of a batch, and is saved once', async () => {
    const system = await testSystem(tabs())
    await system.publish(OrderPlaced(order(1)), OrderPlaced(order(2)), OrderPlaced(order(3)), OrderPlaced(order(4, 'b')))
    await system.start()
    await system.settled()
    expect(system.store.unitsReceived).toHaveLength(1)
    expect(await tabOf(system)).toMatchObject({ version: 1, state: { numbers: [1, 2, 3] }, completed: false })
    expect(await tabOf(system, 'b')).toMatchObject({ version: 1, state: { numbers: [4] } })
  })

  test('a saga keeps its state from batch to batch', async () => {
    const system = await testSystem(tabs())
    await system.start()
    for (const number of [1, 2, 3]) {
      await system.publish(OrderPlaced(order(number)))
      await system.settled()
    }
    expect(await tabOf(system)).toMatchObject({ version: 3, state: { numbers: [1, 2, 3] } })
  })

  test('a message that cannot begin a saga is handled without any effect when there is no saga', async () => {
    const system = await testSystem(tabs())
    const [id = ''] = await system.publish(RefundOrder(order(1)))
    await system.start()
    await system.settled()
    expect(await tabOf(system)).toBeUndefined()
    expect(await system.isHandled(id)).toBe(true)
    expect(system.store.rows(bills)).toEqual([])
    expect(system.failures).toEqual([])
  })

  test('a complete saga ignores later messages, in its batch and in later ones', async () => {
    const system = await testSystem(tabs())
    await system.start()
    await system.publish(OrderPlaced(order(1)))
    await system.settled()
    await system.publish(OrderCancelled(order(2)), OrderCancelled(order(3)))
    await system.settled()
    await system.publish(OrderPlaced(order(4)), RefundOrder(order(5)))
    await system.settled()
    expect(await tabOf(system)).toMatchObject({ version: 2, state: { numbers: [1, 2] }, completed: true })
  })

  test('a reaction that throws changes no state; the messages before and after it do', async () => {
    const system = await testSystem(tabs([2]))
    await system.start()
    await system.publish(OrderPlaced(order(0)))
    await system.settled()
    const [, dead] = await system.publish(RefundOrder(order(1)), RefundOrder(order(2)), RefundOrder(order(3)))
    await system.settled()
    expect(await tabOf(system)).toMatchObject({ state: { numbers: [0, 1, 3] } })
    expect(system.store.rows(bills)).toHaveLength(2)
    expect(await system.ids('billing.order-billed')).toHaveLength(2)
    expect(await system.ids('billing.dlt')).toEqual([dead])
  })

  test('a saga that another process has saved meanwhile is loaded again, and its message is handled with the new state', async () => {
    const system = await testSystem(tabs())
    await system.start()
    await system.publish(OrderPlaced(order(1)))
    await system.settled()
    const loadSagas = system.store.loadSagas.bind(system.store)
    system.store.loadSagas = async (keys) => {
      const loaded = await loadSagas(keys)
      system.store.loadSagas = loadSagas
      const state = { numbers: [1, 100], overdue: 0 }
      await system.store.save([
        {
          lane: 'another',
          handled: [],
          outgoing: [],
          rows: new Map(),
          sagas: [{ saga: 'tab-policy', id: 'a', version: 1, state, stateVersion: 1, completed: false }],
          scheduled: [],
          sent: [],
        },
      ])
      return loaded
    }
    await system.publish(RefundOrder(order(2)))
    await system.settled()
    expect(await tabOf(system)).toMatchObject({ version: 3, state: { numbers: [1, 100, 2] } })
    expect(system.store.rows(bills)).toHaveLength(1)
    expect(await system.ids('billing.order-billed')).toHaveLength(1)
    expect(system.failures).toEqual([])
  })

  test('a saga is loaded when the database is back', async () => {
    const system = await testSystem(tabs())
    for (let time = 0; time < 4; time += 1) system.store.failNext('loadSagas')
    await system.start()
    await system.publish(OrderPlaced(order(1)))
    await system.settled()
    expect(await tabOf(system)).toMatchObject({ version: 1, state: { numbers: [1] } })
    expect(system.failures).toEqual([])
  })

  test('that another process is always faster with is waited for, and the lane says so', async () => {
    const system = await testSystem(tabs())
    for (let conflict = 0; conflict < 5; conflict += 1)
      system.store.failNext('save', 'before', new SagaConflict('a fault made by the test'))
    await system.publish(OrderPlaced(order(1)))
    const { engine } = await system.start()
    await untilIdle()
    const [lane] = engine.status().groups.flatMap(({ lanes }) => lanes)
    expect(lane).toMatchObject({ doing: 'save a batch', failures: 2, error: 'another member was faster' })
    await system.settled()
    expect(await tabOf(system)).toMatchObject({ state: { numbers: [1] } })
  })
})

describe('a timeout', () => {
  test('a timeout comes through its topic when it is due, once', async () => {
    const system = await testSystem(tabs([], '30s'))
    await system.start()
    await system.publish(OrderPlaced(order(1)))
    await untilIdle()
    expect(system.store.scheduled()).toHaveLength(1)
    await passTime(29_000)
    expect(await system.ids('billing.payment-overdue')).toEqual([])
    await system.settled()
    expect(await system.ids('billing.payment-overdue')).toHaveLength(1)
    expect(await tabOf(system)).toMatchObject({ state: { overdue: 1 } })
    expect(await system.ids('billing.order-billed')).toHaveLength(1)
  })

  test('a timeout that is published twice is handled once', async () => {
    const system = await testSystem(tabs([], '30s'))
    await system.start()
    await system.publish(OrderPlaced(order(1)))
    // By then the lane has told its audit, and has nothing more to publish.
    await passTime(1_000)
    system.store.failNext('publishScheduled', 'before')
    system.broker.faults.failNextPublish('unanswered')
    await system.settled()
    expect(await system.ids('billing.payment-overdue')).toHaveLength(2)
    expect(await tabOf(system)).toMatchObject({ state: { overdue: 1 } })
  })

  test('a timeout of a saga that is complete by then is ignored', async () => {
    const system = await testSystem(tabs([], '30s'))
    await system.start()
    await system.publish(OrderPlaced(order(1)))
    await untilIdle()
    await system.publish(OrderCancelled(order(2)))
    await system.settled()
    expect(await system.ids('billing.payment-overdue')).toHaveLength(1)
    expect(await tabOf(system)).toMatchObject({ state: { overdue: 0 } })
    expect(await system.ids('billing.order-billed')).toEqual([])
  })

  test('a timeout that a reaction requests before it throws is not scheduled', async () => {
    const policy = saga('tab-policy', newTab)
      .startedBy(OrderPlaced, 'orderId', (order, policy) => {
        policy.requestTimeout(PaymentOverdue(order), '1s')
        throw new Error('bug')
      })
      .timeout(PaymentOverdue, () => {})
    const system = await testSystem(
      endpoint({
        name: 'billing',
        sagas: [policy],
        produces: [PaymentOverdue],
        partitions: 1,
        recoverability: { immediate: 1, delayed: [] },
      }),
    )
    await system.start()
    await system.publish(OrderPlaced(order(1)))
    await system.settled()
    expect(system.store.scheduled()).toEqual([])
    expect(await system.ids('billing.payment-overdue')).toEqual([])
  })
})

test('messages of one key are handled one at a time, whether by a handler or by a saga', async () => {
  let running = 0
  let most = 0
  const work = async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
  }
  const policy = saga('tab-policy', newTab).startedBy(OrderCancelled, 'orderId', work)
  const system = await testSystem(
    endpoint({ name: 'billing', handlers: [handler(OrderPlaced, work)], sagas: [policy], partitions: 1 }),
  )
  await system.publish(OrderPlaced(order(1)), OrderCancelled(order(2)), OrderPlaced(order(3)), OrderCancelled(order(4)))
  await system.start()
  await system.settled()
  expect(most).toBe(1)
})
