import { describe, expect, test, vi } from 'vitest'
import { StoreUnavailable } from '../store/port.ts'
import { billing, placed } from './testing/billing.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { bills } from './testing/messages.ts'
import { sql, written } from './testing/sqlStore.ts'
import { pass, rest, until, useVirtualTime } from './testing/virtualTime.ts'

vi.mock('node:timers/promises', () => import('./testing/timersPromises.ts'))
useVirtualTime()

const fails = (times: number, fail: () => void) => {
  for (let time = 0; time < times; time += 1) fail()
}

async function expectEachOnce(g: TestSystem, count: number): Promise<void> {
  expect(g.store.rows(bills).map(({ number }) => number)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
  expect(new Set(await g.ids('billing.order-billed')).size).toBe(count)
  expect(g.failures).toEqual([])
  expect(await g.ids('billing.dlt')).toEqual([])
  expect(await g.ids('billing.retry.2s')).toEqual([])
}

describe('a database that is away', () => {
  test.each(['before', 'after'] as const)('is waited for with what the handlers have said (fails %s it saves)', async (when) => {
    const { endpoint, numbers } = billing()
    const g = await testSystem(endpoint)
    fails(8, () => g.store.failNext('save', when))
    await g.say(placed(1), placed(2))
    await g.start()
    await g.settled()
    expect(numbers()).toEqual([1, 2])
    await expectEachOnce(g, 2)
  })

  test.each(['before', 'after'] as const)(
    'has handlers run again that worked in its transaction (fails %s it saves)',
    async (when) => {
      const { endpoint, numbers } = billing(async ({ number }, { tx }) => void (await tx.query(sql.write, [number])))
      const g = await testSystem(endpoint)
      g.store.failNext('save', when)
      await g.say(placed(1), placed(2))
      await g.start()
      await g.settled()
      expect(numbers()).toEqual([1, 2, 1, 2])
      expect(g.store.rows(written)).toHaveLength(2)
      await expectEachOnce(g, 2)
    },
  )

  test('in the middle of a transaction costs no message a try', async () => {
    const { endpoint, runs } = billing(async ({ number }, { tx }, run) => {
      await tx.query(run <= 5 && number === 1 ? sql.lost : sql.write, [number])
    })
    const g = await testSystem(endpoint)
    await g.say(placed(1), placed(2))
    await g.start()
    await g.settled()
    expect(runs.every(({ attempt }) => attempt === 1)).toBe(true)
    expect(g.store.rows(written)).toHaveLength(2)
    await expectEachOnce(g, 2)
  })

  test('is not mistaken for a handler that caught the error and went on', async () => {
    const { endpoint } = billing(async ({ number }, { tx }, run) => {
      await tx.query(run === 1 ? sql.lost : sql.write, [number]).catch(() => {})
    })
    const g = await testSystem(endpoint)
    await g.say(placed(1))
    await g.start()
    await g.settled()
    expect(g.store.rows(written)).toEqual([{ by: 1 }])
    await expectEachOnce(g, 1)
  })

  test.each(['handledIds', 'pendingOutbox', 'deleteOutbox', 'publishScheduled'] as const)(
    'for its %s is nobody’s fault',
    async (operation) => {
      const { endpoint } = billing()
      const g = await testSystem(endpoint)
      fails(3, () => g.store.failNext(operation))
      await g.start()
      await g.say(placed(1), placed(2))
      await g.settled()
      await pass(2_000)
      await g.say(placed(3))
      await g.settled()
      await expectEachOnce(g, 3)
    },
  )

  test('answers with an error nobody knows, and is waited for all the same', async () => {
    const { endpoint } = billing()
    const g = await testSystem(endpoint)
    g.store.failNext('save', 'before', new TypeError('undefined is not a function'))
    await g.say(placed(1))
    await g.start()
    await g.settled()
    await expectEachOnce(g, 1)
  })

  test('keeps what it had begun from later use: a query after the batch is refused', async () => {
    let late: Promise<unknown> | undefined
    const { endpoint } = billing((_, { tx }) => {
      setImmediate(() => {
        late = tx.query(sql.write, ['late']).catch((error: unknown) => error)
      })
    })
    const g = await testSystem(endpoint)
    await g.say(placed(1))
    await g.start()
    await g.settled()
    await expect(late).resolves.toBeInstanceOf(Error)
    expect(g.store.open()).toBe(0)
  })
})

describe('a broker that is away', () => {
  test.each(['lost', 'unanswered'] as const)('is waited for with what was saved (%s)', async (how) => {
    const { endpoint, numbers } = billing()
    const g = await testSystem(endpoint)
    await g.say(placed(1), placed(2))
    fails(5, () => g.broker.faults.failNextPublish(how))
    await g.start()
    await g.settled()
    expect(numbers()).toEqual([1, 2])
    expect(g.store.asked).toHaveLength(1)
    await expectEachOnce(g, 2)
  })

  test('keeps no dead letter from its place: it is written later', async () => {
    const { endpoint } = billing(
      () => {
        throw new Error('bug')
      },
      { recoverability: { immediate: 0, delayed: [] } },
    )
    const g = await testSystem(endpoint)
    const ids = await g.say(placed(1))
    fails(5, () => g.broker.faults.failNextPublish('lost'))
    await g.start()
    await g.settled()
    expect(await g.ids('billing.dlt')).toEqual(ids)
  })

  test('commits nothing meanwhile', async () => {
    const { endpoint } = billing()
    const g = await testSystem(endpoint)
    await g.say(placed(1))
    fails(20, () => g.broker.faults.failNextPublish('lost'))
    await g.start()
    await pass(10_000)
    expect(await g.broker.admin.committed('billing', ['sales.order-placed'])).toEqual([])
  })

  test('does not keep an endpoint from stopping: what it leaves is found by the next', async () => {
    const { endpoint, numbers } = billing()
    const g = await testSystem(endpoint)
    await g.say(placed(1))
    fails(4, () => g.broker.faults.failNextPublish('lost'))
    const replica = await g.start()
    await rest()
    const stopped = replica.stop()
    replica.giveUp()
    await stopped
    expect(await g.lag('billing')).toBe(1n)
    await g.start()
    await g.settled()
    expect(numbers()).toEqual([1])
    await expectEachOnce(g, 1)
  })

  test('has a commit that failed made up for', async () => {
    const { endpoint, numbers } = billing()
    const g = await testSystem(endpoint)
    g.broker.faults.failNextCommit()
    const replica = await g.start()
    await g.say(placed(1))
    await rest()
    expect(await g.lag('billing')).toBe(1n)
    await replica.stop()
    expect(await g.lag('billing')).toBe(0n)
    expect(numbers()).toEqual([1])
  })
})

test('a registry that is away is waited for', async () => {
  const { endpoint } = billing()
  const g = await testSystem(endpoint)
  await g.say(placed(1))
  g.failRegistry(5)
  await g.start()
  await g.settled()
  await expectEachOnce(g, 1)
})

test('many lanes wait for the same database, and all go on', async () => {
  const { endpoint } = billing(undefined, { partitions: 4 })
  const g = await testSystem(endpoint)
  fails(20, () => g.store.failNext('save', 'before', new StoreUnavailable('restarting')))
  await g.say(...[0, 1, 2, 3].map((partition) => ({ message: placed(partition + 1), partition })))
  await g.start()
  await until('all are billed', () => g.store.rows(bills).length === 4)
  await g.settled()
  expect(g.failures).toEqual([])
})
