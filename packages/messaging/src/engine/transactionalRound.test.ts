import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { endpoint } from '../definition/endpoint.ts'
import { batchHandler, handler, type Handler, transactionalHandler } from '../definition/handler.ts'
import { Postpone } from '../definition/outcome.ts'
import type { Constraint } from '../store/memory.ts'
import { AlreadyHandled, SagaConflict } from '../store/port.ts'
import type { Delivery } from './delivery.ts'
import { kindOf, nextRound } from './rounds.ts'
import { bills, OrderPlaced, RefundOrder } from './testing/messages.ts'
import { placed, transactionalBilling } from './testing/billing.ts'
import { sql, written } from './testing/sqlStore.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { passTime, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const billed = ({ store }: TestSystem) => store.rows(bills).map(({ number }) => number)
const notSeven: Constraint = { table: bills, name: 'not_seven', holds: ({ number }) => number !== 7 }
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

test('no transaction is open while other handlers call the outside world, and no handler runs twice', async () => {
  const runs: number[] = []
  let openBeside = 0
  const definition = endpoint({
    name: 'billing',
    partitions: 1,
    handlers: [
      handler(OrderPlaced, async ({ orderId, number }, { insert, message }) => {
        runs.push(number)
        await new Promise((resolve) => setTimeout(resolve, 5_000))
        openBeside = Math.max(openBeside, system.store.openTransactions())
        insert(bills, { message_id: message.id, order_id: orderId, number })
      }),
      transactionalHandler(RefundOrder, async ({ number }, { tx }) => {
        runs.push(number)
        await tx.query(sql.write, [number])
      }),
    ],
  })
  const system = await testSystem(definition)
  await system.publish(...upTo(249).map((number) => placed(number)), RefundOrder({ orderId: 'a', number: 249 }))
  await system.start()
  await passTime(90_000)
  expect(runs.toSorted((one, other) => one - other)).toEqual(upTo(250))
  expect(system.store.rows(bills)).toHaveLength(249)
  expect(system.store.rows(written)).toEqual([{ by: 249 }])
  expect(openBeside).toBe(0)
})

test('messages after a slow transactional handler are handled in another transaction', async () => {
  const committedBefore: number[] = []
  const definition = endpoint({
    name: 'billing',
    partitions: 1,
    handlers: [
      transactionalHandler(RefundOrder, async ({ number }, { tx }) => {
        committedBefore.push(system.store.rows(written).length)
        await tx.query(sql.write, [number])
        if (number === 1) await new Promise((resolve) => setTimeout(resolve, 5_000))
      }),
    ],
  })
  const system = await testSystem(definition)
  await system.publish(...upTo(4).map((number) => RefundOrder({ orderId: `order-${number}`, number })))
  await system.start()
  await passTime(5_000)
  await untilIdle()
  expect(committedBefore).toEqual([0, 0, 2, 2])
  await system.settled()
})

const noSql = async () => {}
const handlers = [
  handler(OrderPlaced, noSql),
  transactionalHandler(OrderPlaced, noSql),
  batchHandler(OrderPlaced, noSql),
  batchHandler(RefundOrder, noSql),
]
const delivery = (number: number, chain: string, handler: Handler) =>
  ({ chain, number, route: { handler } }) as unknown as Delivery & { number: number }

describe('a round', () => {
  test('each round has messages of one kind and keeps the order of each chain, and the rounds together have all messages', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(...handlers)), { maxLength: 40 }),
        (messages) => {
          let left: readonly Delivery[] = messages.map(([chain, kind], number) => delivery(number, chain, kind))
          const order: (Delivery & { number?: number })[] = []
          while (left.length > 0) {
            const { round, later } = nextRound(left)
            expect(round.length).toBeGreaterThan(0)
            expect(new Set(round.map(kindOf)).size).toBe(1)
            order.push(...round)
            left = later
          }
          expect(order).toHaveLength(messages.length)
          for (const ofChain of Map.groupBy(order, ({ chain }) => chain).values()) {
            const numbers = ofChain.map(({ number = 0 }) => number)
            expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
          }
        },
      ),
    )
  })
})

describe('a transaction that is run again', () => {
  test('other keys keep their order, also when the outage guard lets only one message of a rolled back transaction run again', async () => {
    const { endpoint } = transactionalBilling(
      async ({ number }, { tx }, run) => {
        if (number === 1 && run === 2) throw new Error('when it runs again')
        if (number === 3) await tx.query(sql.write, [number])
        if (number === 3 && run === 1) throw new Error('after its query')
      },
      { recoverability: { immediate: 0, delayed: ['2s'], outageGuard: 1 } },
    )
    const system = await testSystem(endpoint)
    await system.publish(placed(1, 'a'), placed(2, 'b'), placed(3, 'a'), placed(4, 'b'))
    await system.start()
    await system.settled()
    expect(billed(system).filter((number) => number === 2 || number === 4)).toEqual([2, 4])
  })

  test('a key keeps its order, also when the messages of a rolled back transaction take too long for one transaction', async () => {
    const { endpoint } = transactionalBilling(async ({ number }, _, run) => {
      if (number === 1 && run > 1) await new Promise((resolve) => setTimeout(resolve, 150))
    })
    const system = await testSystem(endpoint, { constraints: [notSeven] })
    await system.publish(...[1, 2, 3, 7].map((number) => placed(number, 'a')))
    await system.start()
    await system.settled()
    expect(billed(system)).toEqual([1, 2, 3])
  })

  test.each([new AlreadyHandled('a fault made by the test'), new SagaConflict('a fault made by the test')])(
    'a transaction that another replica was faster with runs again, and a message postponed in it has not failed ($name)',
    async (error) => {
      const { endpoint } = transactionalBilling((_, __, run) => {
        if (run <= 2) throw new Postpone('2s')
      })
      const system = await testSystem(endpoint)
      system.store.failNext('save', 'before', error)
      await system.publish(placed(1))
      await system.start()
      await system.settled()
      expect(await system.ids('billing.dlt')).toEqual([])
      expect(billed(system)).toEqual([1])
    },
  )
})
