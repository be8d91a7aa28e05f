import { describe, expect, test, vi } from 'vitest'
import { Postpone, Unrecoverable } from '../definition/outcome.ts'
import type { Constraint } from '../store/memory.ts'
import { AlreadyHandled, SagaConflict, WriteRefused } from '../store/port.ts'
import { billing, placed } from './testing/billing.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { bills } from './testing/messages.ts'
import { sql, written } from './testing/sqlStore.ts'
import { rest, useVirtualTime } from './testing/virtualTime.ts'

vi.mock('node:timers/promises', () => import('./testing/timersPromises.ts'))
useVirtualTime()

const billed = ({ store }: TestSystem) => store.rows(bills).map(({ number }) => number)
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const notSeven: Constraint = { table: bills, name: 'not_seven', holds: ({ number }) => number !== 7 }

describe('a message that spoils the batch', () => {
  test('by a row that the database refuses costs only itself, and is tried as often as any other', async () => {
    const { endpoint, runs } = billing()
    const g = await testSystem(endpoint, { constraints: [notSeven] })
    const ids = await g.say(...upTo(20).map((number) => placed(number)))
    await g.start()
    await rest()
    expect(billed(g)).toEqual(upTo(20).filter((number) => number !== 7))
    expect(await g.ids('billing.retry.2s')).toEqual([ids[6]])
    await g.settled()
    expect(await g.ids('billing.dlt')).toEqual([ids[6]])
    expect(await g.ids('billing.order-billed')).toHaveLength(19)
    const [dead] = await g.records('billing.dlt')
    expect(String(dead?.headers['petrel-error-type'])).toBe('WriteRefused')
    expect(String(dead?.headers['petrel-attempts'])).toBe('12')
    expect(runs.filter(({ number }) => number === 7).at(-1)?.attempt).toBe(12)
  })

  test('by a throw after it had used the transaction takes what it wrote along, and nothing else', async () => {
    const { endpoint } = billing(
      async ({ number }, { tx }) => {
        await tx.query(sql.write, [number])
        if (number % 5 === 0) throw new Error('after its query')
      },
      { recoverability: { immediate: 1, delayed: [] } },
    )
    const g = await testSystem(endpoint)
    const ids = await g.say(...upTo(12).map((number) => placed(number)))
    await g.start()
    await g.settled()
    const well = upTo(12).filter((number) => number % 5 !== 0)
    expect(billed(g)).toEqual(well)
    expect(g.store.rows(written).map(({ by }) => by)).toEqual(well)
    expect(await g.ids('billing.dlt')).toEqual([ids[4], ids[9]])
    expect(g.store.open()).toBe(0)
  })

  test('by a query that is refused costs only itself, though the transaction was everybody’s', async () => {
    const { endpoint } = billing(
      async ({ number }, { tx }) => void (await tx.query(number === 3 ? sql.refused : sql.write, [number])),
      {
        recoverability: { immediate: 0, delayed: [] },
      },
    )
    const g = await testSystem(endpoint)
    const ids = await g.say(...upTo(5).map((number) => placed(number)))
    await g.start()
    await g.settled()
    expect(billed(g)).toEqual([1, 2, 4, 5])
    expect(g.store.rows(written).map(({ by }) => by)).toEqual([1, 2, 4, 5])
    expect(await g.ids('billing.dlt')).toEqual([ids[2]])
  })

  test('and cannot be helped goes to the dead letter topic after one try', async () => {
    const { endpoint, numbers } = billing(async (_, { tx }) => {
      await tx.query(sql.write, [1])
      throw new Unrecoverable('no lines')
    })
    const g = await testSystem(endpoint)
    const ids = await g.say(placed(1))
    await g.start()
    await g.settled()
    expect(await g.ids('billing.dlt')).toEqual(ids)
    expect(numbers()).toEqual([1])
    expect(g.store.rows(written)).toEqual([])
  })

  test('and came too early comes back later', async () => {
    const { endpoint } = billing(async ({ number }, { tx }, run) => {
      await tx.query(sql.write, [number])
      if (number === 2 && run <= 3) throw new Postpone('3s')
    })
    const g = await testSystem(endpoint)
    await g.say(placed(1), placed(2), placed(3))
    await g.start()
    await rest()
    expect(billed(g)).toEqual([1, 3])
    await g.settled()
    expect(billed(g)).toEqual([1, 3, 2])
    expect(g.store.rows(written).map(({ by }) => by)).toEqual([1, 3, 2])
  })

  test('has the order of its key kept among those that did not', async () => {
    const { endpoint } = billing()
    const g = await testSystem(endpoint, { constraints: [notSeven] })
    await g.say(...upTo(20).map((number) => placed(number, number % 2 === 0 ? 'even' : 'odd')))
    await g.start()
    await g.settled()
    expect(billed(g)).toEqual(upTo(20).filter((number) => number !== 7))
  })

  test('only together with another costs the later one', async () => {
    const once: Constraint = {
      table: bills,
      name: 'one_bill_an_order',
      holds: ({ order_id }, others) => others.every((other) => other['order_id'] !== order_id),
    }
    const { endpoint } = billing(undefined, { recoverability: { immediate: 0, delayed: [] } })
    const g = await testSystem(endpoint, { constraints: [once] })
    const ids = await g.say(placed(1, 'a'), placed(2, 'b'), placed(3, 'a'))
    await g.start()
    await g.settled()
    expect(billed(g)).toEqual([1, 2])
    expect(await g.ids('billing.dlt')).toEqual([ids[2]])
  })
})

describe('a batch that another process was faster with', () => {
  test.each([new AlreadyHandled('a fault made by the test'), new SagaConflict('a fault made by the test')])(
    'is looked at again and handled ($name)',
    async (error) => {
      const { endpoint, numbers } = billing()
      const g = await testSystem(endpoint)
      g.store.failNext('save', 'before', error)
      await g.say(placed(1), placed(2))
      await g.start()
      await rest()
      expect(billed(g)).toEqual([1, 2])
      expect(numbers()).toEqual([1, 2, 1, 2])
      expect(g.failures).toEqual([])
    },
  )

  test('in a query of its handler has not failed', async () => {
    const gate = Promise.withResolvers<void>()
    const { endpoint } = billing(
      async (_, { tx }, run) => {
        if (run > 1) return
        await gate.promise
        await tx.query(sql.refused)
      },
      { partitions: 2, recoverability: { immediate: 0 } },
    )
    const g = await testSystem(endpoint)
    await g.start()
    await g.say({ message: placed(1), partition: 1 })
    await rest()
    // Partition 1 goes to the second process, which handles the message; what the first one then writes is refused.
    await g.start()
    await rest()
    expect(billed(g)).toEqual([1])
    gate.resolve()
    await g.settled()
    expect(billed(g)).toEqual([1])
    expect(g.failures).toEqual([])
    expect(await g.ids('billing.retry.2s')).toEqual([])
  })

  test('or that was refused for once has its next try without a pause', async () => {
    const { endpoint } = billing()
    const g = await testSystem(endpoint)
    g.store.failNext('save', 'before', new WriteRefused('for once'))
    await g.say(placed(1))
    await g.start()
    await rest()
    expect(billed(g)).toEqual([1])
  })
})
