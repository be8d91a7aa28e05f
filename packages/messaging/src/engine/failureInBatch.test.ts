import { describe, expect, test } from 'vitest'
import { Postpone, Unrecoverable } from '../definition/outcome.ts'
import type { Constraint } from '../store/memory.ts'
import { WriteRefused } from '../store/port.ts'
import { billing, placed, transactionalBilling } from './testing/billing.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { bills } from './testing/messages.ts'
import { sql, written } from './testing/sqlStore.ts'
import { untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const billed = ({ store }: TestSystem) => store.rows(bills).map(({ number }) => number)
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const notSeven: Constraint = { table: bills, name: 'not_seven', holds: ({ number }) => number !== 7 }

describe('a message that spoils its batch', () => {
  test('a row that the database refuses fails only its own message, which is tried as often as any other', async () => {
    const { endpoint, runs } = billing()
    const system = await testSystem(endpoint, { constraints: [notSeven] })
    const ids = await system.publish(...upTo(20).map((number) => placed(number)))
    await system.start()
    await untilIdle()
    expect(billed(system)).toEqual(upTo(20).filter((number) => number !== 7))
    expect(await system.ids('billing.retry.2s')).toEqual([ids[6]])
    await system.settled()
    expect(await system.ids('billing.dlt')).toEqual([ids[6]])
    expect(await system.ids('billing.order-billed')).toHaveLength(19)
    const [dead] = await system.records('billing.dlt')
    expect(String(dead?.headers['petrel-error-type'])).toBe('WriteRefused')
    expect(String(dead?.headers['petrel-attempts'])).toBe('12')
    expect(runs.filter(({ number }) => number === 7).at(-1)?.attempt).toBe(12)
  })

  test('a handler that throws after a query loses what it wrote; the other messages of its transaction are handled', async () => {
    const { endpoint } = transactionalBilling(
      async ({ number }, { tx }) => {
        await tx.query(sql.write, [number])
        if (number % 5 === 0) throw new Error('after its query')
      },
      { recoverability: { immediate: 1, delayed: [] } },
    )
    const system = await testSystem(endpoint)
    const ids = await system.publish(...upTo(12).map((number) => placed(number)))
    await system.start()
    await system.settled()
    const well = upTo(12).filter((number) => number % 5 !== 0)
    expect(billed(system)).toEqual(well)
    expect(system.store.rows(written).map(({ by }) => by)).toEqual(well)
    expect(await system.ids('billing.dlt')).toEqual([ids[4], ids[9]])
    expect(system.store.openTransactions()).toBe(0)
  })

  test('a query that is refused fails only its own message, although others share its transaction', async () => {
    const { endpoint } = transactionalBilling(
      async ({ number }, { tx }) => void (await tx.query(number === 3 ? sql.refused : sql.write, [number])),
      {
        recoverability: { immediate: 0, delayed: [] },
      },
    )
    const system = await testSystem(endpoint)
    const ids = await system.publish(...upTo(5).map((number) => placed(number)))
    await system.start()
    await system.settled()
    expect(billed(system)).toEqual([1, 2, 4, 5])
    expect(system.store.rows(written).map(({ by }) => by)).toEqual([1, 2, 4, 5])
    expect(await system.ids('billing.dlt')).toEqual([ids[2]])
  })

  test('an unrecoverable message in a transaction becomes a dead letter after one try', async () => {
    const { endpoint, numbers } = transactionalBilling(async (_, { tx }) => {
      await tx.query(sql.write, [1])
      throw new Unrecoverable('no lines')
    })
    const system = await testSystem(endpoint)
    const ids = await system.publish(placed(1))
    await system.start()
    await system.settled()
    expect(await system.ids('billing.dlt')).toEqual(ids)
    expect(numbers()).toEqual([1])
    expect(system.store.rows(written)).toEqual([])
  })

  test('a message that is postponed in a transaction comes back later', async () => {
    const { endpoint } = transactionalBilling(async ({ number }, { tx }, run) => {
      await tx.query(sql.write, [number])
      if (number === 2 && run <= 3) throw new Postpone('3s')
    })
    const system = await testSystem(endpoint)
    await system.publish(placed(1), placed(2), placed(3))
    await system.start()
    await untilIdle()
    expect(billed(system)).toEqual([1, 3])
    await system.settled()
    expect(billed(system)).toEqual([1, 3, 2])
    expect(system.store.rows(written).map(({ by }) => by)).toEqual([1, 3, 2])
  })

  test('a row that is refused does not change the order of the other messages of its key', async () => {
    const { endpoint } = billing()
    const system = await testSystem(endpoint, { constraints: [notSeven] })
    await system.publish(...upTo(20).map((number) => placed(number, number % 2 === 0 ? 'even' : 'odd')))
    await system.start()
    await system.settled()
    expect(billed(system)).toEqual(upTo(20).filter((number) => number !== 7))
  })

  test('of two rows that are only refused together the later one fails', async () => {
    const once: Constraint = {
      table: bills,
      name: 'one_bill_an_order',
      holds: ({ order_id }, others) => others.every((other) => other['order_id'] !== order_id),
    }
    const { endpoint } = billing(undefined, { recoverability: { immediate: 0, delayed: [] } })
    const system = await testSystem(endpoint, { constraints: [once] })
    const ids = await system.publish(placed(1, 'a'), placed(2, 'b'), placed(3, 'a'))
    await system.start()
    await system.settled()
    expect(billed(system)).toEqual([1, 2])
    expect(await system.ids('billing.dlt')).toEqual([ids[2]])
  })

  test('a message whose save was refused once is tried again without a pause', async () => {
    const { endpoint } = billing()
    const system = await testSystem(endpoint)
    system.store.failNext('save', 'before', new WriteRefused('for once'))
    await system.publish(placed(1))
    await system.start()
    await untilIdle()
    expect(billed(system)).toEqual([1])
  })
})
