import { describe, expect, test } from 'vitest'
import { StoreUnavailable } from '../store/port.ts'
import { billing, placed, transactionalBilling } from './testing/billing.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { bills } from './testing/messages.ts'
import { sql, written } from './testing/sqlStore.ts'
import { passTime, untilIdle, until, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const repeat = (times: number, action: () => void) => {
  for (let time = 0; time < times; time += 1) action()
}

async function expectEachOnce(system: TestSystem, count: number): Promise<void> {
  expect(system.store.rows(bills).map(({ number }) => number)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
  expect(new Set(await system.ids('billing.order-billed')).size).toBe(count)
  expect(system.failures).toEqual([])
  expect(await system.ids('billing.dlt')).toEqual([])
  expect(await system.ids('billing.retry.2s')).toEqual([])
}

describe('a database that is away', () => {
  test.each(['before', 'after'] as const)(
    'when the database is away %s a save, the effects are kept and saved later, and no handler runs again',
    async (when) => {
      const { endpoint, numbers } = billing()
      const system = await testSystem(endpoint)
      repeat(8, () => system.store.failNext('save', when))
      await system.publish(placed(1), placed(2))
      await system.start()
      await system.settled()
      expect(numbers()).toEqual([1, 2])
      await expectEachOnce(system, 2)
    },
  )

  test.each(['before', 'after'] as const)(
    'when the database is away %s the commit of a transaction, its handlers run again',
    async (when) => {
      const { endpoint, numbers } = transactionalBilling(async ({ number }, { tx }) => void (await tx.query(sql.write, [number])))
      const system = await testSystem(endpoint)
      system.store.failNext('save', when)
      await system.publish(placed(1), placed(2))
      await system.start()
      await system.settled()
      expect(numbers()).toEqual([1, 2, 1, 2])
      expect(system.store.rows(written)).toHaveLength(2)
      await expectEachOnce(system, 2)
    },
  )

  test('when the database is away in the middle of a transaction, its messages run again and no try is counted', async () => {
    const { endpoint, runs } = transactionalBilling(async ({ number }, { tx }, run) => {
      await tx.query(run <= 5 && number === 1 ? sql.lost : sql.write, [number])
    })
    const system = await testSystem(endpoint)
    await system.publish(placed(1), placed(2))
    await system.start()
    await system.settled()
    expect(runs.every(({ attempt }) => attempt === 1)).toBe(true)
    expect(system.store.rows(written)).toHaveLength(2)
    await expectEachOnce(system, 2)
  })

  test('a handler that catches the error of a lost connection runs again, and its transaction is not committed', async () => {
    const { endpoint } = transactionalBilling(async ({ number }, { tx }, run) => {
      await tx.query(run === 1 ? sql.lost : sql.write, [number]).catch(() => {})
    })
    const system = await testSystem(endpoint)
    await system.publish(placed(1))
    await system.start()
    await system.settled()
    expect(system.store.rows(written)).toEqual([{ by: 1 }])
    await expectEachOnce(system, 1)
  })

  test.each(['handledIds', 'pendingOutbox', 'deleteOutbox', 'publishScheduled'] as const)(
    'when the database is away for %s, no message fails',
    async (operation) => {
      const { endpoint } = billing()
      const system = await testSystem(endpoint)
      repeat(3, () => system.store.failNext(operation))
      await system.start()
      await system.publish(placed(1), placed(2))
      await system.settled()
      await passTime(2_000)
      await system.publish(placed(3))
      await system.settled()
      await expectEachOnce(system, 3)
    },
  )

  test('an unexpected error of the store makes a dead letter of the message that causes it; the others are handled', async () => {
    const { endpoint } = billing()
    const system = await testSystem(endpoint)
    const save = system.store.save.bind(system.store)
    system.store.save = async (units) => {
      if (units.some(({ rows }) => rows.get(bills)?.some(({ number }) => number === 2))) throw new TypeError('no such thing')
      return save(units)
    }
    const ids = await system.publish(placed(1), placed(2), placed(3))
    await system.start()
    await system.settled()
    expect(system.store.rows(bills).map(({ number }) => number)).toEqual([1, 3])
    expect(await system.ids('billing.dlt')).toEqual([ids[1]])
  })

  test('a query after the batch has ended is refused', async () => {
    let late: Promise<unknown> | undefined
    const { endpoint } = transactionalBilling((_, { tx }) => {
      setImmediate(() => {
        late = tx.query(sql.write, ['late']).catch((error: unknown) => error)
      })
    })
    const system = await testSystem(endpoint)
    await system.publish(placed(1))
    await system.start()
    await system.settled()
    await expect(late).resolves.toBeInstanceOf(Error)
    expect(system.store.openTransactions()).toBe(0)
  })
})

describe('a broker that is away', () => {
  test.each(['lost', 'unanswered'] as const)('when a publish is %s, it is repeated, and no handler runs again', async (how) => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    await system.publish(placed(1), placed(2))
    repeat(5, () => system.broker.faults.failNextPublish(how))
    await system.start()
    await system.settled()
    expect(numbers()).toEqual([1, 2])
    expect(system.store.unitsReceived).toHaveLength(1)
    await expectEachOnce(system, 2)
  })

  test('a dead letter is published when the broker is back', async () => {
    const { endpoint } = billing(
      () => {
        throw new Error('bug')
      },
      { recoverability: { immediate: 0, delayed: [] } },
    )
    const system = await testSystem(endpoint)
    const ids = await system.publish(placed(1))
    repeat(5, () => system.broker.faults.failNextPublish('lost'))
    await system.start()
    await system.settled()
    expect(await system.ids('billing.dlt')).toEqual(ids)
  })

  test('while the broker is away no offset is committed', async () => {
    const { endpoint } = billing()
    const system = await testSystem(endpoint)
    await system.publish(placed(1))
    repeat(20, () => system.broker.faults.failNextPublish('lost'))
    await system.start()
    await passTime(10_000)
    expect(await system.lag('billing')).toBe(1n)
  })

  test('an endpoint can stop while the broker is away, and the next process publishes what was saved', async () => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    await system.publish(placed(1))
    repeat(4, () => system.broker.faults.failNextPublish('lost'))
    const replica = await system.start()
    await untilIdle()
    const stopped = replica.stop()
    replica.giveUp()
    await stopped
    expect(await system.lag('billing')).toBe(1n)
    await system.start()
    await system.settled()
    expect(numbers()).toEqual([1])
    await expectEachOnce(system, 1)
  })

  test('a commit that failed is repeated, at the latest when the process stops', async () => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    system.broker.faults.failNextCommit()
    const replica = await system.start()
    await system.publish(placed(1))
    await untilIdle()
    expect(await system.lag('billing')).toBe(1n)
    await replica.stop()
    expect(await system.lag('billing')).toBe(0n)
    expect(numbers()).toEqual([1])
  })
})

test('a message waits while the registry is away, and is then handled', async () => {
  const { endpoint } = billing()
  const system = await testSystem(endpoint)
  await system.publish(placed(1))
  system.failRegistry(5)
  await system.start()
  await system.settled()
  await expectEachOnce(system, 1)
})

test('many lanes wait for the same database, and all go on when it is back', async () => {
  const { endpoint } = billing(undefined, { partitions: 4 })
  const system = await testSystem(endpoint)
  repeat(20, () => system.store.failNext('save', 'before', new StoreUnavailable('restarting')))
  await system.publish(...[0, 1, 2, 3].map((partition) => ({ message: placed(partition + 1), partition })))
  await system.start()
  await until('all are billed', () => system.store.rows(bills).length === 4)
  await system.settled()
  expect(system.failures).toEqual([])
})
