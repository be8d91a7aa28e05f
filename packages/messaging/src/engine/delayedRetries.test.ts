import { describe, expect, test, vi } from 'vitest'
import { milliseconds } from '../definition/duration.ts'
import { Postpone } from '../definition/outcome.ts'
import { billing, placed } from './testing/billing.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { bills } from './testing/messages.ts'
import { passTime, untilIdle, until, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const billed = ({ store }: TestSystem) => store.rows(bills).map(({ number }) => number)

describe('a message that fails for good', () => {
  test('a message that always fails is tried at once, after 2, 4 and 8 seconds, and then becomes a dead letter', async () => {
    const triedAt: number[] = []
    const { endpoint, runs } = billing(() => {
      triedAt.push(Date.now())
      throw new Error('bug')
    })
    const system = await testSystem(endpoint)
    await system.start()
    const begun = Date.now()
    const ids = await system.publish(placed(1))
    await system.settled()
    const seconds = triedAt.map((at) => Math.floor((at - begun) / 1_000))
    expect(seconds).toEqual([0, 0, 0, 2, 2, 2, 6, 6, 6, 14, 14, 14])
    expect(runs.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    for (const topic of ['billing.retry.2s', 'billing.retry.4s', 'billing.retry.8s', 'billing.dlt'])
      expect(await system.ids(topic)).toEqual(ids)
  })

  test('a dead letter that is replayed twice after its handler was mended is handled once', async () => {
    let mended = false
    const { endpoint, runs } = billing(
      () => {
        if (!mended) throw new Error('bug')
      },
      { recoverability: { immediate: 0, delayed: [] } },
    )
    const system = await testSystem(endpoint)
    await system.start()
    await system.publish(placed(1))
    await system.settled()
    mended = true
    const [dead] = await system.records('billing.dlt')
    const replayed = { topic: 'billing.replay', key: dead?.key ?? null, value: dead?.value ?? null, headers: dead?.headers ?? {} }
    await system.broker.publish([replayed, replayed])
    await system.settled()
    expect(runs).toHaveLength(2)
    expect(billed(system)).toEqual([1])
  })
})

describe('a retry that is not due yet', () => {
  test('a retry that is not due delays only its own topic', async () => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    await system.start()
    const [late, soon, later, replayed] = await Promise.all([1, 2, 3, 4].map(async (number) => waiting(system, number)))
    await system.broker.publish([
      { ...record(late), topic: 'billing.retry.8s', headers: { ...late?.headers, ...at(8) } },
      { ...record(later), topic: 'billing.retry.8s', headers: { ...later?.headers, ...at(8) } },
      { ...record(soon), topic: 'billing.retry.2s', headers: { ...soon?.headers, ...at(2) } },
      { ...record(replayed), topic: 'billing.replay', headers: replayed?.headers ?? {} },
    ])
    await untilIdle()
    expect(numbers()).toEqual([4])
    await passTime(1_999)
    expect(numbers()).toEqual([4])
    await passTime(1)
    expect(numbers()).toEqual([4, 2])
    await passTime(6_000)
    expect(numbers()).toEqual([4, 2, 1, 3])
    await system.settled()
  })

  test('while a retry is due later than a timer can wait, its lane rests and handles other messages', async () => {
    const { endpoint, numbers } = billing(undefined, { recoverability: { delayed: ['60d'] } })
    const system = await testSystem(endpoint)
    await system.start()
    const held = await waiting(system, 1)
    const dueAt = Date.now() + milliseconds('60d')
    await system.broker.publish([
      { ...record(held), topic: 'billing.retry.60d', headers: { ...held?.headers, 'petrel-due-at': String(dueAt) } },
    ])
    await untilIdle()
    const timers = vi.spyOn(globalThis, 'setTimeout')
    await passTime(5_000)
    // The scheduler looks for due records once a second. Nothing else has a reason to set a timer.
    expect(timers.mock.calls.length).toBeLessThan(10)
    vi.setSystemTime(dueAt)
    const another = await waiting(system, 2)
    await system.broker.publish([{ ...record(another), topic: 'billing.replay', headers: another?.headers ?? {} }])
    await until('both are handled', () => numbers().length === 2)
  })

  test('a due time in the headers of a record in a message topic is ignored', async () => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    await system.start()
    await system.publish({ message: placed(1), headers: { 'petrel-due-at': String(2 ** 52) } }, placed(2))
    await untilIdle()
    expect(numbers()).toEqual([1, 2])
  })

  test('a retry with a wrong due time waits no longer than the longest delay of the endpoint', async () => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    await system.start()
    const held = await waiting(system, 1)
    const headers = { ...held?.headers, 'petrel-due-at': String(2 ** 52) }
    await system.broker.publish([{ ...record(held), topic: 'billing.retry.2s', headers }])
    await passTime(7_999)
    expect(numbers()).toEqual([])
    await passTime(1)
    expect(numbers()).toEqual([1])
  })

  test('a retry with a wrong due time waits no longer than that either when its record claims to be from the future', async () => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    await system.start()
    const held = await waiting(system, 1)
    const headers = { ...held?.headers, 'petrel-due-at': String(2 ** 52) }
    const now = Date.now()
    vi.setSystemTime(now + 3_000_000)
    await system.broker.publish([{ ...record(held), topic: 'billing.retry.2s', headers }])
    vi.setSystemTime(now)
    await passTime(8_000)
    expect(numbers()).toEqual([1])
  })

  test('many retries that are not due do not delay a postponed message', async () => {
    const triedAt: number[] = []
    const { endpoint } = billing(
      ({ number }, { message }) => {
        if (number < 2_000 && message.attempt === 1) throw new Error('bug')
        if (number < 2_000) return
        triedAt.push(Date.now())
        if (triedAt.length === 1) throw new Postpone('2s')
      },
      { recoverability: { immediate: 0, delayed: ['1h'], outageGuard: 10_000 } },
    )
    const system = await testSystem(endpoint)
    await system.start()
    const headers = { attachment: Buffer.alloc(20_000) }
    await system.publish(...Array.from({ length: 2_000 }, (_, number) => ({ message: placed(number), headers })))
    await until('all have failed', () => system.failures.length === 2_000)
    expect(await system.ids('billing.retry.1h')).toHaveLength(2_000)
    await system.publish(placed(2_000))
    await until('it was postponed and comes back', () => triedAt.length === 2)
    expect((triedAt[1] ?? 0) - (triedAt[0] ?? 0)).toBeLessThan(10_000)
  })

  test('a retry is handled although the endpoint has other delays now', async () => {
    const { endpoint } = billing(
      (_, { message }) => {
        if (message.attempt === 1) throw new Error('bug')
      },
      { recoverability: { immediate: 0, delayed: ['1h'] } },
    )
    const system = await testSystem(endpoint)
    const first = await system.start()
    await system.publish(placed(1))
    await untilIdle()
    expect(await system.ids('billing.retry.1h')).toHaveLength(1)
    await first.stop()
    await system.start({ ...endpoint, recoverability: { ...endpoint.recoverability, delayed: ['5s', '1m'] } })
    await until('it is billed', () => billed(system).length === 1)
  })

  test('a process can stop while a retry is not due', async () => {
    const { endpoint } = billing(() => {
      throw new Error('bug')
    })
    const system = await testSystem(endpoint)
    const replica = await system.start()
    await system.publish(placed(1))
    await untilIdle()
    expect(await system.ids('billing.retry.2s')).toHaveLength(1)
    await replica.stop()
    expect(await system.lag('billing.retry')).toBe(1n)
  })
})

const at = (seconds: number) => ({ 'petrel-due-at': String(Date.now() + seconds * 1_000) })

/** A record as a producer makes it, in a topic to which the endpoint does not subscribe. */
async function waiting(system: TestSystem, number: number) {
  const message = placed(number)
  await system.publish({ message: { ...message, type: { ...message.type, topic: 'sales.order-cancelled' } } })
  return (await system.records('sales.order-cancelled')).find(({ key }) => String(key) === `order-${number}`)
}

const record = (from: Awaited<ReturnType<typeof waiting>>) => ({ key: from?.key ?? null, value: from?.value ?? null })
