import { describe, expect, test } from 'vitest'
import { type Endpoint, endpoint } from '../definition/endpoint.ts'
import { type BatchContext, type BatchedMessage, batchHandler } from '../definition/handler.ts'
import { Postpone, Unrecoverable } from '../definition/outcome.ts'
import type { Constraint } from '../store/memory.ts'
import { AlreadyHandled, SagaConflict, StoreUnavailable } from '../store/port.ts'
import { placed } from './testing/billing.ts'
import { bills, type NumberedOrder, OrderBilled, OrderPlaced } from './testing/messages.ts'
import { sql, written } from './testing/sqlStore.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { passTime, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const ascending = (one: unknown, other: unknown) => Number(one) - Number(other)
const billed = ({ store }: TestSystem) => store.rows(bills).map(({ number }) => Number(number))
const noRetries = { recoverability: { immediate: 0, delayed: [] } } as const
const notSeven: Constraint = { table: bills, name: 'not_seven', holds: ({ number }) => number !== 7 }

type Orders = readonly BatchedMessage<NumberedOrder>[]

interface BatchBilling {
  readonly endpoint: Endpoint
  /** The numbers of the messages of each run, in the order of the runs. */
  readonly runs: readonly number[][]
}

/** Bills all orders of a batch together, and does what the test wants with each of them and at the end. */
function batchBilling(
  decide: (order: BatchedMessage<NumberedOrder>) => void,
  changes: Partial<Parameters<typeof endpoint>[0]> = {},
  atTheEnd: (orders: Orders, batch: BatchContext<NumberedOrder>) => Promise<void> = async () => {},
): BatchBilling {
  const runs: number[][] = []
  const bill = batchHandler(OrderPlaced, async (orders, batch) => {
    runs.push(orders.map(({ data }) => data.number))
    batch.each((order) => {
      const { data, message, insert, publish } = order
      insert(bills, { message_id: message.id, order_id: data.orderId, number: data.number })
      publish(OrderBilled(data))
      decide(order)
    })
    await atTheEnd(orders, batch)
  })
  return { runs, endpoint: endpoint({ name: 'billing', handlers: [bill], produces: [OrderBilled], partitions: 1, ...changes }) }
}

describe('messages that are handled together', () => {
  test('are one run, one transaction and one save, and what each says belongs to it', async () => {
    const { endpoint, runs } = batchBilling(
      () => {},
      {},
      async (orders, { tx }) => void (await tx.query(sql.write, [orders.length])),
    )
    const system = await testSystem(endpoint)
    const ids = await system.publish(...upTo(20).map((number) => placed(number)))
    await system.start()
    await system.settled()
    expect(runs).toEqual([upTo(20)])
    expect(system.store.rows(written)).toEqual([{ by: 20 }])
    expect(system.store.unitsReceived).toHaveLength(1)
    const events = await system.records('billing.order-billed')
    expect(events.map(({ headers }) => String(headers['ce_causationid']))).toEqual(ids)
  })

  test('come from all lanes of the process that wait meanwhile', async () => {
    const gate = Promise.withResolvers<void>()
    const { endpoint, runs } = batchBilling(
      () => {},
      { partitions: 4 },
      () => gate.promise,
    )
    const system = await testSystem(endpoint)
    await system.start()
    await system.publish({ message: placed(1), partition: 0 })
    await untilIdle()
    for (const partition of [1, 2, 3]) {
      await system.publish({ message: placed(10 + partition), partition })
      await untilIdle()
    }
    expect(runs).toEqual([[1]])
    gate.resolve()
    await system.settled()
    expect(runs).toEqual([[1], [11, 12, 13]])
    expect(billed(system)).toEqual([1, 11, 12, 13])
  })

  test('a query that finds the connection lost runs the batch again, and nothing has failed', async () => {
    let lost = 0
    const { endpoint, runs } = batchBilling(
      () => {},
      noRetries,
      async (_, { tx }) => void (await tx.query(lost++ < 2 ? sql.lost : sql.write, [1])),
    )
    const system = await testSystem(endpoint)
    await system.publish(placed(1), placed(2))
    await system.start()
    await system.settled()
    expect(runs).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ])
    expect(billed(system)).toEqual([1, 2])
    expect(system.store.rows(written)).toEqual([{ by: 1 }])
  })

  test.each([StoreUnavailable, AlreadyHandled, SagaConflict].map((Fault) => new Fault('a fault made by the test')))(
    'a commit for whose failure no message is to blame is tried again with all of them ($name)',
    async (error) => {
      const { endpoint } = batchBilling(() => {}, noRetries)
      const system = await testSystem(endpoint)
      system.store.failNext('save', 'before', error)
      await system.publish(placed(1), placed(2))
      await system.start()
      await system.settled()
      expect(billed(system)).toEqual([1, 2])
      expect(system.failures).toEqual([])
    },
  )
})

describe('a message that fails', () => {
  test('for which each throws, fails alone after its tries; the others are decided again without it', async () => {
    const { endpoint, runs } = batchBilling(
      ({ data }) => {
        if (data.number % 5 === 0) throw new Error('a bug')
      },
      { recoverability: { immediate: 2, delayed: [] } },
    )
    const system = await testSystem(endpoint)
    const ids = await system.publish(...upTo(12).map((number) => placed(number)))
    await system.start()
    await system.settled()
    const well = upTo(12).filter((number) => number % 5 !== 0)
    expect(billed(system)).toEqual(well)
    expect(await system.ids('billing.dlt')).toEqual([ids[4], ids[9]])
    expect(runs).toEqual([upTo(12), upTo(12), upTo(12), well])
    const [dead] = await system.records('billing.dlt')
    expect(String(dead?.headers['petrel-attempts'])).toBe('3')
    expect(system.store.openTransactions()).toBe(0)
  })

  test('for good is not tried again', async () => {
    const { endpoint, runs } = batchBilling(({ data }) => {
      if (data.number === 2) throw new Unrecoverable('no lines')
    })
    const system = await testSystem(endpoint)
    const ids = await system.publish(placed(1), placed(2), placed(3))
    await system.start()
    await system.settled()
    expect(runs).toEqual([
      [1, 2, 3],
      [1, 3],
    ])
    expect(await system.ids('billing.dlt')).toEqual([ids[1]])
  })

  test('keeps its place before later messages of its key when it is tried again at once', async () => {
    const { endpoint } = batchBilling(({ data, message }) => {
      if (data.number === 2 && message.attempt === 1) throw new Error('not this time')
    })
    const system = await testSystem(endpoint)
    await system.publish(...upTo(5).map((number) => placed(number, 'a')))
    await system.start()
    await system.settled()
    expect(billed(system)).toEqual(upTo(5))
  })

  test('may be postponed, which is no failure', async () => {
    let postponed = false
    const { endpoint } = batchBilling(({ data }) => {
      if (data.number === 2 && !postponed) {
        postponed = true
        throw new Postpone('2s')
      }
    }, noRetries)
    const system = await testSystem(endpoint)
    await system.publish(placed(1), placed(2), placed(3))
    await system.start()
    await system.settled()
    expect(billed(system)).toEqual([1, 3, 2])
    expect(await system.ids('billing.dlt')).toEqual([])
  })

  test('is found by halving when the whole batch throws, and costs the others a few more runs', async () => {
    const { endpoint, runs } = batchBilling(
      () => {},
      noRetries,
      async (orders, { tx }) => {
        await tx.query(sql.write, [orders.length])
        if (orders.some(({ data }) => data.number === 77)) throw new Error('nobody knows which')
      },
    )
    const system = await testSystem(endpoint)
    const ids = await system.publish(...upTo(100).map((number) => placed(number)))
    await system.start()
    await system.settled()
    expect(billed(system)).toEqual(upTo(100).filter((number) => number !== 77))
    expect(await system.ids('billing.dlt')).toEqual([ids[76]])
    expect(runs.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(100)) + 1)
    expect(system.store.rows(written).reduce((sum, { by }) => sum + Number(by), 0)).toBe(99)
  })

  test('because of a row that the database refuses, fails alone', async () => {
    const { endpoint } = batchBilling(() => {}, noRetries)
    const system = await testSystem(endpoint, { constraints: [notSeven] })
    const ids = await system.publish(...upTo(20).map((number) => placed(number)))
    await system.start()
    await system.settled()
    expect(billed(system)).toEqual(upTo(20).filter((number) => number !== 7))
    expect(await system.ids('billing.dlt')).toEqual([ids[6]])
  })

  test('reaches only its own lane', async () => {
    const { endpoint, runs } = batchBilling(
      () => {},
      { ...noRetries, partitions: 2 },
      async (orders) => {
        if (orders.some(({ data }) => data.number === 1)) throw new Error('nobody knows which')
      },
    )
    const system = await testSystem(endpoint)
    await system.publish({ message: placed(1), partition: 0 })
    await system.publish(...[2, 3].map((number) => ({ message: placed(number), partition: 1 })))
    await system.start()
    await system.settled()
    expect(billed(system)).toEqual([2, 3])
    expect(runs.filter((numbers) => numbers.includes(2)).length).toBeLessThanOrEqual(2)
  })

  test('cannot be swallowed by the handler, and neither can an async decision', async () => {
    const swallowing = batchHandler(OrderPlaced, async (_, { each }) => {
      try {
        void each(({ data }) => (data.number === 1 ? Promise.resolve() : undefined))
      } catch {
        return
      }
    })
    const system = await testSystem(endpoint({ name: 'billing', handlers: [swallowing], partitions: 1, ...noRetries }))
    const ids = await system.publish(placed(1), placed(2))
    await system.start()
    await system.settled()
    expect(await system.ids('billing.dlt')).toEqual([ids[0]])
    const [dead] = await system.records('billing.dlt')
    expect(String(dead?.headers['petrel-error-message'])).toContain('each decides in memory')
  })
})

test('a batch whose time is over changes nothing any more, and the message that hangs is found', async () => {
  const late: unknown[] = []
  const hangs = Promise.withResolvers<void>()
  const { endpoint, runs } = batchBilling(
    () => {},
    { ...noRetries, handlerTimeLimit: '5s' },
    async (orders, { tx }) => {
      if (!orders.some(({ data }) => data.number === 2)) return
      await hangs.promise
      await tx.query(sql.write, [0]).catch((error: unknown) => late.push(error))
    },
  )
  const system = await testSystem(endpoint)
  const ids = await system.publish(placed(1), placed(2), placed(3))
  await system.start()
  await passTime(20_000)
  await untilIdle()
  expect(billed(system).toSorted(ascending)).toEqual([1, 3])
  expect(await system.ids('billing.dlt')).toEqual([ids[1]])
  hangs.resolve()
  await system.settled()
  expect(late).toHaveLength(runs.filter((numbers) => numbers.includes(2)).length)
  expect(String(late[0])).toContain('HandlerTimedOut')
  expect(system.store.rows(written)).toEqual([])
})
