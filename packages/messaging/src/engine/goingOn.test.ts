import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { silentLog } from '../log.ts'
import { billing, placed } from './testing/billing.ts'
import { range } from './testing/gates.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { passTime, until, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const eightDays = 8 * 86_400_000

/** Kafka has forgotten the groups, and the inbox what was handled. */
async function forgetEverything({ broker, store }: TestSystem): Promise<void> {
  await broker.admin.deleteGroups(['billing', 'billing.retry'])
  await store.deleteHandledBefore(new Date(Date.now() + eightDays))
}

describe('an endpoint that Kafka and its inbox have forgotten', () => {
  test('goes on where it was when it stopped: nothing is handled twice, and what has come meanwhile is', async () => {
    const { endpoint, numbers } = billing(undefined, { partitions: 3 })
    const system = await testSystem(endpoint)
    const first = await system.start()
    await system.publish(...range(0, 20).map((number) => placed(number)))
    await system.settled()
    await first.stop()
    await forgetEverything(system)
    await system.publish(...range(20, 25).map((number) => placed(number)))
    await system.start()
    await until('what has come is billed', () => numbers().length >= 25)
    await untilIdle()
    expect(numbers().toSorted((a, b) => a - b)).toEqual(range(0, 25))
    await system.settled()
  })

  test('goes on where it was a minute before it was killed at the latest', async () => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    const killed = await system.start()
    await system.publish(placed(0), placed(1))
    await system.settled()
    await passTime(60_000)
    killed.process.kill()
    await untilIdle()
    await forgetEverything(system)
    await system.publish(placed(2))
    await system.start()
    await until('what has come is billed', () => numbers().includes(2))
    expect(numbers()).toEqual([0, 1, 2])
  })

  test('what was handled in the last minute before it was killed is not handled twice, though the inbox may forget it by now', async () => {
    // The inbox is cleaned as soon as it ever is.
    const chance = vi.spyOn(Math, 'random').mockReturnValue(0)
    onTestFinished(() => chance.mockRestore())
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    const killed = await system.start()
    await system.publish(placed(0))
    await passTime(60_000)
    const [last = ''] = await system.publish(placed(1))
    await system.settled()
    expect((await system.store.positions('billing')).map(({ offset }) => offset)).toEqual([1n])
    killed.process.kill()
    await untilIdle()
    await system.broker.admin.deleteGroups(['billing', 'billing.retry'])
    vi.setSystemTime(Date.now() + eightDays)
    await system.publish(placed(2))

    // Some minutes pass until it can read what comes again.
    system.failRegistry(Number.POSITIVE_INFINITY)
    await system.start()
    await passTime(14 * 60_000)
    system.failRegistry(0)
    await until('what has come is billed', () => numbers().includes(2))
    expect(numbers()).toEqual([0, 1, 2])
    expect(await system.isHandled(last)).toBe(true)
    await passTime(2 * 60_000)
    expect(await system.isHandled(last)).toBe(false)
  })

  test('the positions go with a save now and then, and not with each', async () => {
    const { endpoint } = billing()
    const system = await testSystem(endpoint)
    await system.start()
    const positions = async () => (await system.store.positions('billing')).map(({ offset }) => offset)
    for (const number of range(0, 10)) {
      await system.publish(placed(number))
      await untilIdle()
    }
    expect(await positions()).toEqual([])
    await passTime(29_000)
    expect(await positions()).toEqual([])
    await passTime(1_000)
    expect(await positions()).toEqual([10n])
    await system.publish(placed(10))
    await passTime(30_000)
    await system.publish(placed(11))
    await untilIdle()
    expect(await positions()).toEqual([11n])
  })

  test('a message that waits for its retry is not passed over', async () => {
    const { endpoint, runs } = billing(
      (_, { message }) => {
        if (message.attempt === 1) throw new Error('bug')
      },
      { recoverability: { immediate: 0, delayed: ['1h'] } },
    )
    const system = await testSystem(endpoint)
    const first = await system.start()
    await system.publish(placed(0))
    await untilIdle()
    await passTime(61_000)
    await first.stop()
    await forgetEverything(system)
    await system.start()
    await until('it is tried again', () => runs.length > 1)
    expect(runs.map(({ attempt }) => attempt)).toEqual([1, 2])
  })

  test('begins with the first record of a topic that was made again meanwhile', async () => {
    const { endpoint, numbers } = billing()
    const said: object[] = []
    const system = await testSystem(endpoint, { log: { ...silentLog, warn: (details) => void said.push(details) } })
    const first = await system.start()
    await system.publish(placed(0), placed(1))
    await system.settled()
    await first.stop()
    await system.broker.admin.deleteTopics(['sales.order-placed'])
    await system.broker.admin.createTopics([{ topic: 'sales.order-placed', partitions: 1, config: {} }])
    await forgetEverything(system)
    await system.publish(placed(2), placed(3), placed(4))
    await system.start()
    await until('what is there is billed', () => numbers().length >= 5)
    expect(numbers()).toEqual([0, 1, 2, 3, 4])
    expect(said).toEqual([{ group: 'billing', topic: 'sales.order-placed' }])
  })

  test('what was deleted before it was read is counted', async () => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    const first = await system.start()
    await system.publish(placed(0))
    await system.settled()
    await first.stop()
    await forgetEverything(system)
    await system.publish(placed(1), placed(2), placed(3))
    await system.broker.admin.deleteRecords([{ topic: 'sales.order-placed', partition: 0, offset: 3n }])
    await system.start()
    await until('what is left is billed', () => numbers().includes(3))
    expect(numbers()).toEqual([0, 3])
    expect(await system.metric('petrel_records_lost_to_retention_total', { topic: 'sales.order-placed' })).toBe(2)
  })
})
