import { describe, expect, test, vi } from 'vitest'
import { endpoint, type Endpoint } from '../definition/endpoint.ts'
import { saga } from '../definition/saga.ts'
import type { StateVersion } from '../definition/saga.ts'
import { silentLog } from '../log.ts'
import { bills, OrderBilled, OrderCancelled, OrderPlaced, PaymentOverdue, RefundOrder } from './testing/messages.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { passTime, until, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const order = (number: number, orderId = 'a') => ({ orderId, number })
const tabOf = async ({ store }: TestSystem, id = 'a') => (await store.loadSagas([{ saga: 'tab-policy', id }]))[0]

/** The first version kept a total, the second keeps each number. */
interface Tab {
  numbers: number[]
}

const withTabs = (policy: Endpoint['sagas'][number]) =>
  endpoint({
    name: 'billing',
    sagas: [policy],
    produces: [OrderBilled, PaymentOverdue],
    partitions: 1,
    recoverability: { immediate: 0, delayed: [] },
    keepCompletedSagas: '30d',
  })

const firstVersion = withTabs(
  saga('tab-policy', () => ({ total: 0 }))
    .startedBy(OrderPlaced, 'orderId', ({ number }, { state }) => void (state.total += number))
    .on(RefundOrder, 'orderId', ({ number }, { state }) => void (state.total -= number))
    .on(OrderCancelled, 'orderId', (_, policy) => policy.complete()),
)

const secondVersion = (states: StateVersion<Tab>) =>
  withTabs(
    saga('tab-policy', (): Tab => ({ numbers: [] }), states)
      .startedBy(OrderPlaced, 'orderId', ({ number }, { state }) => void state.numbers.push(number))
      .on(RefundOrder, 'orderId', ({ number }, { state }) => void state.numbers.push(-number))
      .on(OrderCancelled, 'orderId', (_, policy) => policy.complete()),
  )

const migrate = ({ total }: { total: number }, version: number): Tab => ({ numbers: [total, version * 1_000] })

const broken = () => {
  throw new Error('no such total')
}

/** Sagas that an earlier version of the service has begun and gone away from. */
const begunByFirstVersion = () => begunBy(firstVersion, 1, 2)

/** A version has handled these orders, and its replica is gone. */
async function begunBy(version: Endpoint, ...orders: readonly number[]) {
  const system = await testSystem(version)
  const replica = await system.start()
  await system.publish(...orders.map((number) => OrderPlaced(order(number))))
  await system.settled()
  await replica.stop()
  return system
}

describe('a state that another version of the service has written', () => {
  test('goes through the saga’s function, and is saved in the new form with its next message', async () => {
    const system = await begunByFirstVersion()
    await system.start(secondVersion({ version: 2, migrate }))
    await system.publish(OrderPlaced(order(5)), OrderPlaced(order(6)))
    await system.settled()
    expect(await tabOf(system)).toMatchObject({ stateVersion: 2, state: { numbers: [3, 1_000, 5, 6] } })
    await system.publish(RefundOrder(order(7)))
    await system.settled()
    expect(await tabOf(system)).toMatchObject({ stateVersion: 2, state: { numbers: [3, 1_000, 5, 6, -7] } })
  })

  test('is not read without such a function: its message waits for a person, and others go on', async () => {
    const system = await begunByFirstVersion()
    await system.start(secondVersion({ version: 2 }))
    const [id] = await system.publish(OrderPlaced(order(5)), OrderPlaced(order(6, 'b')))
    await system.settled()
    expect(await system.ids('billing.dlt')).toEqual([id])
    expect(String(system.failures[0]?.error)).toContain(
      'The state of tab-policy a has version 1, and this service writes version 2',
    )
    expect(await tabOf(system)).toMatchObject({ stateVersion: 1, state: { total: 3 } })
    expect(await tabOf(system, 'b')).toMatchObject({ stateVersion: 2, state: { numbers: [6] } })
  })

  test('a function that throws has failed its message, and the state stays as it was', async () => {
    const system = await begunByFirstVersion()
    await system.start(secondVersion({ version: 2, migrate: broken }))
    const [id] = await system.publish(OrderPlaced(order(5)))
    await system.settled()
    expect(await system.ids('billing.dlt')).toEqual([id])
    expect(await tabOf(system)).toMatchObject({ stateVersion: 1, state: { total: 3 } })
  })

  test('of a newer version waits until a replica of that version handles its message', async () => {
    const system = await begunBy(secondVersion({ version: 2, migrate }), 1)
    const older = await system.start(firstVersion)
    await system.publish(OrderPlaced(order(2)))
    await untilIdle()
    await passTime(30_000)
    expect(await tabOf(system)).toMatchObject({ stateVersion: 2, state: { numbers: [1] } })
    expect(await system.ids('billing.dlt')).toEqual([])
    await older.stop()
    await system.start()
    await until('the newer one has handled it', async () => (await tabOf(system))?.version === 2)
    expect(await tabOf(system)).toMatchObject({ stateVersion: 2, state: { numbers: [1, 2] } })
  })

  test('of a newer version that does not come back puts its message before a person after an hour', async () => {
    const system = await begunBy(secondVersion({ version: 2, migrate }), 1)
    await system.start(firstVersion)
    const [id] = await system.publish(OrderPlaced(order(2)))
    await untilIdle()
    await passTime(30_000)
    expect(await system.ids('billing.dlt')).toEqual([])
    vi.setSystemTime(Date.now() + 3_600_000)
    await passTime(30_000)
    expect(await system.ids('billing.dlt')).toEqual([id])
    expect(String(system.failures.at(-1)?.error)).toContain(
      'The state of tab-policy a has version 2, and this service writes version 1: a newer one handles its messages. ' +
        'Is there none any more, deploy it again, and replay this message',
    )
    expect(await tabOf(system)).toMatchObject({ stateVersion: 2, state: { numbers: [1] } })
  })

  test('a version is a whole number', () => {
    expect(() => secondVersion({ version: 0 })).toThrow('Saga "tab-policy": version is 0')
  })
})

describe('a completed saga', () => {
  test('leaves after the time that the endpoint has chosen; until then later messages are ignored', async () => {
    const system = await testSystem(firstVersion)
    await system.start()
    await system.publish(OrderPlaced(order(1)), OrderPlaced(order(2, 'open')))
    await system.publish(OrderCancelled(order(3)))
    await system.settled()
    expect(await system.store.deleteCompletedBefore(new Date(Date.now() - 1))).toBe(0)
    await system.publish(OrderPlaced(order(4)))
    await system.settled()
    expect(await tabOf(system)).toMatchObject({ completed: true, state: { total: 1 } })
    vi.setSystemTime(Date.now() + 31 * 86_400_000)
    await passTime(7 * 3_600_000)
    expect(await tabOf(system)).toBeUndefined()
    expect(await tabOf(system, 'open')).toMatchObject({ state: { total: 2 } })
  })
})

describe('a message for no saga', () => {
  const withNotFound = withTabs(
    saga('tab-policy', () => ({ total: 0 }))
      .startedBy(OrderPlaced, 'orderId', ({ number }, { state }) => void (state.total += number))
      .on(RefundOrder, 'orderId', () => {}, {
        notFound: ({ orderId, number }, { insert, publish, message }) => {
          insert(bills, { message_id: message.id, order_id: orderId, number })
          publish(OrderBilled(order(number, orderId)))
        },
      })
      .on(OrderCancelled, 'orderId', (_, policy) => policy.complete())
      .timeout(PaymentOverdue, () => {}),
  )

  test('is counted and logged, and changes nothing', async () => {
    const said: object[] = []
    const log = {
      ...silentLog,
      info: (details: object, message: string) => void (message.startsWith('message for no saga') && said.push(details)),
    }
    const system = await testSystem(firstVersion, { log })
    await system.start()
    const [id] = await system.publish(RefundOrder(order(1)))
    await system.settled()
    expect(await tabOf(system)).toBeUndefined()
    expect(said).toMatchObject([{ messageId: id, type: 'billing.RefundOrder', key: 'a', handler: 'tab-policy' }])
    expect(await system.metric('petrel_messages_without_saga_total', { message_type: 'billing.RefundOrder' })).toBe(1)
  })

  test('goes to the saga’s function for that; what it records is saved with the message', async () => {
    const system = await testSystem(withNotFound)
    await system.start()
    await system.publish(RefundOrder(order(7)))
    await system.settled()
    expect(system.store.rows(bills)).toMatchObject([{ order_id: 'a', number: 7 }])
    expect(await system.ids('billing.order-billed')).toHaveLength(1)
    expect(await tabOf(system)).toBeUndefined()
    expect(await system.metric('petrel_messages_without_saga_total', { message_type: 'billing.RefundOrder' })).toBe(1)
  })

  test('is none that comes for a completed saga, nor a timeout', async () => {
    const system = await testSystem(withNotFound)
    await system.start()
    await system.publish(OrderPlaced(order(1)), PaymentOverdue(order(3, 'never')))
    await system.settled()
    await system.publish(OrderCancelled(order(1)))
    await system.settled()
    await system.publish(RefundOrder(order(2)))
    await system.settled()
    expect(system.store.rows(bills)).toEqual([])
    expect(await system.metric('petrel_messages_without_saga_total')).toBe(0)
  })
})
