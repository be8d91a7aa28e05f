import { describe, expect, test } from 'vitest'
import { endpoint } from '../definition/endpoint.ts'
import { handler } from '../definition/handler.ts'
import { billing, placed, transactionalBilling } from './testing/billing.ts'
import { bills, OrderBilled, OrderPlaced } from './testing/messages.ts'
import { sql, written } from './testing/sqlStore.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { passTime, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const billed = ({ store }: TestSystem) => store.rows(bills).map(({ number }) => number)
const ascending = (one: unknown, other: unknown) => Number(one) - Number(other)
const noRetries = { recoverability: { immediate: 0, delayed: [] } } as const

describe('a handler whose time is over', () => {
  test('a handler whose time is over has failed and its signal is aborted; the others of its batch are handled', async () => {
    let reason: unknown
    const { endpoint: definition } = billing(
      ({ number }, { signal }) => {
        if (number !== 2) return undefined
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason
            reject(new Error('aborted'))
          })
        })
      },
      { ...noRetries, handlerTimeLimit: '5s' },
    )
    const system = await testSystem(definition)
    const ids = await system.publish(placed(1), placed(2), placed(3))
    await system.start()
    await passTime(4_999)
    expect(billed(system)).toEqual([])
    await passTime(1)
    expect(billed(system)).toEqual([1, 3])
    expect(String(reason)).toContain('HandlerTimedOut')
    const [dead] = await system.records('billing.dlt')
    expect(await system.ids('billing.dlt')).toEqual([ids[1]])
    expect(String(dead?.headers['petrel-error-type'])).toBe('HandlerTimedOut')
  })

  test('a handler that ends when its signal is aborted is tried again at once', async () => {
    const { endpoint: definition, runs } = billing(
      (_, { signal }, run) =>
        run > 1 ? undefined : new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('ok')))),
      { handlerTimeLimit: '5s' },
    )
    const system = await testSystem(definition)
    await system.publish(placed(1))
    await system.start()
    await passTime(5_000)
    expect(billed(system)).toEqual([1])
    expect(runs.map(({ attempt }) => attempt)).toEqual([1, 2])
  })

  test('a handler that ignores its signal can no longer publish, insert or send', async () => {
    const gate = Promise.withResolvers<void>()
    const late: unknown[] = []
    const attempts: (() => void)[] = []
    const bill = handler(OrderPlaced, async (order, { publish, insert, send }) => {
      attempts.push(
        () => publish(OrderBilled(order)),
        () => insert(bills, { message_id: 'late', order_id: order.orderId, number: order.number }),
        () => send({ type: { ...OrderBilled, kind: 'command' }, data: order }),
      )
      await gate.promise
      for (const act of attempts)
        try {
          act()
        } catch (error) {
          late.push(error)
        }
    })
    const system = await testSystem(
      endpoint({
        name: 'billing',
        handlers: [bill],
        produces: [OrderBilled],
        partitions: 1,
        handlerTimeLimit: '5s',
        ...noRetries,
      }),
    )
    await system.publish(placed(1))
    await system.start()
    await passTime(5_000)
    gate.resolve()
    await system.settled()
    expect(late.map(String)).toEqual(Array(3).fill(expect.stringContaining('HandlerTimedOut')))
    expect(billed(system)).toEqual([])
    expect(await system.ids('billing.order-billed')).toEqual([])
  })

  test('while a handler that ignores its signal still runs, no other message of its key is handled', async () => {
    const gate = Promise.withResolvers<void>()
    let inside = 0
    let most = 0
    const { endpoint: definition, numbers } = billing(
      async ({ orderId, number }) => {
        if (orderId !== 'a') return
        inside += 1
        most = Math.max(most, inside)
        if (number === 1) await gate.promise
        inside -= 1
      },
      { handlerTimeLimit: '5s' },
    )
    const system = await testSystem(definition)
    await system.publish(placed(1, 'a'), placed(2, 'a'), placed(3, 'b'))
    const { engine } = await system.start()
    await passTime(5_000)
    expect(billed(system)).toEqual([3])
    expect(engine.status().busyKeys).toBe(1)
    // Another message of the key, and the retries of the first, come while the first run is still at it.
    await system.publish(placed(4, 'a'))
    await passTime(60_000)
    expect(numbers()).toEqual([1, 3])
    gate.resolve()
    await system.settled()
    expect(engine.status().busyKeys).toBe(0)
    expect(billed(system).toSorted(ascending)).toEqual([1, 2, 3, 4])
    expect(most).toBe(1)
    expect(await system.ids('billing.dlt')).toEqual([])
  })

  test('a transactional handler whose time is over loses what it wrote, and its later queries are refused', async () => {
    const gate = Promise.withResolvers<void>()
    let late: unknown
    const { endpoint: definition } = transactionalBilling(
      async ({ number }, { tx }) => {
        await tx.query(sql.write, [number])
        if (number !== 2) return
        await gate.promise
        late = await tx.query(sql.write, ['late']).catch((error: unknown) => error)
      },
      { ...noRetries, handlerTimeLimit: '5s' },
    )
    const system = await testSystem(definition)
    const ids = await system.publish(placed(1), placed(2), placed(3))
    await system.start()
    await passTime(6_000)
    expect(billed(system)).toEqual([1, 3])
    expect(system.store.openTransactions()).toBe(0)
    gate.resolve()
    await untilIdle()
    expect(String(late)).toContain('HandlerTimedOut')
    expect(system.store.rows(written).map(({ by }) => by)).toEqual([1, 3])
    expect(await system.ids('billing.dlt')).toEqual([ids[1]])
  })
})

test('a handler that uses tx but was not defined with transactionalHandler fails, and the error names transactionalHandler', async () => {
  const { endpoint: definition } = billing((_, context) => {
    const { tx } = context as typeof context & { tx: unknown }
    return void tx
  }, noRetries)
  const system = await testSystem(definition)
  await system.publish(placed(1))
  await system.start()
  await system.settled()
  const [dead] = await system.records('billing.dlt')
  expect(String(dead?.headers['petrel-error-message'])).toContain('transactionalHandler')
})
