import { describe, expect, test, vi } from 'vitest'
import { billing, placed } from './testing/billing.ts'
import { gates, range } from './testing/gates.ts'
import { bills } from './testing/messages.ts'
import { testSystem } from './testing/testSystem.ts'
import { passTime, until, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

describe('a stop', () => {
  test('a stop begins no further message, lets running handlers finish, and gives the rest of the batch back', async () => {
    const gate = gates()
    const { endpoint: definition, numbers } = billing(({ number }) => (number === 1 ? gate.hold(1) : undefined), {
      concurrency: 1,
    })
    const system = await testSystem(definition)
    const replica = await system.start()
    await system.publish(...range(0, 5).map((number) => placed(number)))
    await untilIdle()
    const stopped = replica.stop()
    expect(replica.engine.isReady()).toBe(false)
    await untilIdle()
    expect(await system.lag('billing')).toBe(5n)
    gate.open(1)
    await stopped
    expect(numbers()).toEqual([0, 1])
    expect(await system.lag('billing')).toBe(3n)
    expect(await system.store.pendingOutbox('billing/0')).toEqual([])
    await system.start()
    await system.settled()
    expect(numbers()).toEqual([0, 1, 2, 3, 4])
  })

  test('a stop ends although a handler hangs: its message comes again, and has not failed', async () => {
    let aborted = false
    const { endpoint: definition, runs } = billing(({ number }, { signal }, run) => {
      if (number !== 1 || run > 1) return undefined
      signal.addEventListener('abort', () => (aborted = true))
      return new Promise(() => {})
    })
    const system = await testSystem(definition)
    const replica = await system.start()
    await system.publish(placed(0), placed(1), placed(2))
    await untilIdle()
    let isStopped = false
    void replica.stop().then(() => (isStopped = true))
    await passTime(19_000)
    expect(isStopped).toBe(false)
    await passTime(1_000)
    expect(isStopped).toBe(true)
    expect(aborted).toBe(true)
    expect(await system.lag('billing')).toBe(2n)
    await system.start()
    await system.settled()
    expect(system.store.rows(bills).map(({ number }) => number)).toEqual([0, 2, 1])
    expect(runs.filter(({ number }) => number === 1).map(({ attempt }) => attempt)).toEqual([1, 1])
    expect(system.failures).toEqual([])
  })

  test('a stop ends although the database is away', async () => {
    const { endpoint: definition } = billing()
    const system = await testSystem(definition)
    for (const _ of range(0, 1_000)) system.store.failNext('save')
    const replica = await system.start()
    await system.publish(placed(0))
    await untilIdle()
    let isStopped = false
    void replica.stop().then(() => (isStopped = true))
    await until('it has stopped', () => isStopped)
    expect(await system.lag('billing')).toBe(1n)
  })

  test('a stop leaves no timer', async () => {
    const { endpoint: definition } = billing(() => {
      throw new Error('bug')
    })
    const system = await testSystem(definition)
    const replica = await system.start()
    await system.publish(placed(1))
    await passTime(100)
    await replica.stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})
