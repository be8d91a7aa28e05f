import { describe, expect, test, vi } from 'vitest'
import { milliseconds } from '../definition/duration.ts'
import { Postpone } from '../definition/outcome.ts'
import { headerText } from '../headers.ts'
import { billing, placed } from './testing/billing.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { bills } from './testing/messages.ts'
import { pass, rest, until, useVirtualTime } from './testing/virtualTime.ts'

vi.mock('node:timers/promises', () => import('./testing/timersPromises.ts'))
useVirtualTime()

const billed = ({ store }: TestSystem) => store.rows(bills).map(({ number }) => number)

describe('a message that fails for good', () => {
  test('is tried at once, after 2, 4 and 8 seconds, and then waits for a person', async () => {
    const triedAt: number[] = []
    const { endpoint, runs } = billing(() => {
      triedAt.push(Date.now())
      throw new Error('bug')
    })
    const g = await testSystem(endpoint)
    await g.start()
    const begun = Date.now()
    const ids = await g.say(placed(1))
    await g.settled()
    const seconds = triedAt.map((at) => Math.floor((at - begun) / 1_000))
    expect(seconds).toEqual([0, 0, 0, 2, 2, 2, 6, 6, 6, 14, 14, 14])
    expect(runs.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    for (const topic of ['billing.retry.2s', 'billing.retry.4s', 'billing.retry.8s', 'billing.dlt'])
      expect(await g.ids(topic)).toEqual(ids)
  })

  test('is handled once when a person has mended the handler and replays it', async () => {
    let mended = false
    const { endpoint, runs } = billing(
      () => {
        if (!mended) throw new Error('bug')
      },
      { recoverability: { immediate: 0, delayed: [] } },
    )
    const g = await testSystem(endpoint)
    await g.start()
    await g.say(placed(1))
    await g.settled()
    mended = true
    const [dead] = await g.records('billing.dlt')
    const replayed = { topic: 'billing.replay', key: dead?.key ?? null, value: dead?.value ?? null, headers: dead?.headers ?? {} }
    await g.broker.publish([replayed, replayed])
    await g.settled()
    expect(runs).toHaveLength(2)
    expect(billed(g)).toEqual([1])
  })
})

describe('a retry that is not due yet', () => {
  test('holds up its own topic only', async () => {
    const { endpoint, numbers } = billing()
    const g = await testSystem(endpoint)
    await g.start()
    const [late, soon, later, replayed] = await Promise.all([1, 2, 3, 4].map(async (number) => waiting(g, number)))
    await g.broker.publish([
      { ...record(late), topic: 'billing.retry.8s', headers: { ...late?.headers, ...at(8) } },
      { ...record(later), topic: 'billing.retry.8s', headers: { ...later?.headers, ...at(8) } },
      { ...record(soon), topic: 'billing.retry.2s', headers: { ...soon?.headers, ...at(2) } },
      { ...record(replayed), topic: 'billing.replay', headers: replayed?.headers ?? {} },
    ])
    await rest()
    expect(numbers()).toEqual([4])
    await pass(1_999)
    expect(numbers()).toEqual([4])
    await pass(1)
    expect(numbers()).toEqual([4, 2])
    await pass(6_000)
    expect(numbers()).toEqual([4, 2, 1, 3])
    await g.settled()
  })

  test('may be due later than a timer can count, and the lane rests until then', async () => {
    const { endpoint, numbers } = billing(undefined, { recoverability: { delayed: ['60d'] } })
    const g = await testSystem(endpoint)
    await g.start()
    const held = await waiting(g, 1)
    const dueAt = Date.now() + milliseconds('60d')
    await g.broker.publish([
      { ...record(held), topic: 'billing.retry.60d', headers: { ...held?.headers, 'petrel-due-at': String(dueAt) } },
    ])
    await rest()
    const timers = vi.spyOn(globalThis, 'setTimeout')
    await pass(5_000)
    // The relay looks for due records once a second; nobody else has a reason to set a timer.
    expect(timers.mock.calls.length).toBeLessThan(10)
    timers.mockRestore()
    vi.setSystemTime(dueAt)
    const another = await waiting(g, 2)
    await g.broker.publish([{ ...record(another), topic: 'billing.replay', headers: another?.headers ?? {} }])
    await until('both are handled', () => numbers().length === 2)
  })

  test('by a header from elsewhere waits no longer than the endpoint’s longest delay', async () => {
    const { endpoint, numbers } = billing()
    const g = await testSystem(endpoint)
    await g.start()
    await g.say({ message: placed(1), headers: { 'petrel-due-at': String(2 ** 52) } }, placed(2))
    await pass(7_999)
    expect(numbers()).toEqual([])
    await pass(1)
    expect(numbers()).toEqual([1, 2])
  })

  test('does not hold up its lane’s stop', async () => {
    const { endpoint } = billing(() => {
      throw new Error('bug')
    })
    const g = await testSystem(endpoint)
    const replica = await g.start()
    await g.say(placed(1))
    await rest()
    expect(await g.ids('billing.retry.2s')).toHaveLength(1)
    await replica.stop()
    expect(await g.lag('billing.retry')).toBe(1n)
  })
})

describe('a message that is postponed', () => {
  test('comes back at its time, and its tries do not count', async () => {
    const triedAt: number[] = []
    const { endpoint, runs } = billing(({ number }, _, run) => {
      if (number !== 1) return
      triedAt.push(Date.now())
      if (run <= 4) throw new Postpone('10s')
    })
    const g = await testSystem(endpoint)
    await g.start()
    const begun = Date.now()
    await g.say(placed(1), placed(2))
    await rest()
    expect(billed(g)).toEqual([2])
    await g.settled()
    expect(billed(g)).toEqual([2, 1])
    for (const [index, at] of triedAt.entries()) expect(at - begun).toBeGreaterThanOrEqual(index * 10_000)
    expect(runs.filter(({ number }) => number === 1).map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1])
    expect(await g.ids('billing.replay')).toHaveLength(4)
    expect(await g.ids('billing.dlt')).toEqual([])
  })

  test('and fails later begins its retries with what it had left', async () => {
    const { endpoint } = billing((_, __, run) => {
      throw run === 4 ? new Postpone('1s') : new Error('bug')
    })
    const g = await testSystem(endpoint)
    await g.start()
    await g.say(placed(1))
    await g.settled()
    expect(await g.ids('billing.retry.2s')).toHaveLength(1)
    expect(await g.ids('billing.retry.4s')).toHaveLength(1)
    expect(await g.ids('billing.replay')).toHaveLength(1)
    const [dead] = await g.records('billing.dlt')
    expect(headerText(dead?.headers ?? {}, 'petrel-attempts')).toBe('12')
    expect(headerText(dead?.headers ?? {}, 'petrel-original-topic')).toBe('sales.order-placed')
  })

  test('is not lost when it comes back and is postponed again before the relay has heard that it was published', async () => {
    const { endpoint } = billing((_, __, run) => {
      if (run <= 3) throw new Postpone('1s')
    })
    const g = await testSystem(endpoint)
    const publish = g.broker.publish.bind(g.broker)
    g.broker.publish = async (records) => {
      await publish(records)
      // The record is there, and it takes a while until the answer is.
      if (records.some(({ topic }) => topic === 'billing.replay')) await rest()
    }
    await g.start()
    await g.say(placed(1))
    await until('it is handled', () => billed(g).length === 1)
    await g.settled()
    expect(billed(g)).toEqual([1])
  })
})

const at = (seconds: number) => ({ 'petrel-due-at': String(Date.now() + seconds * 1_000) })

/** A record as a producer would make it, that nobody hears. */
async function waiting(g: TestSystem, number: number) {
  const message = placed(number)
  await g.say({ message: { ...message, type: { ...message.type, topic: 'sales.order-cancelled' } } })
  return (await g.records('sales.order-cancelled')).find(({ key }) => String(key) === `order-${number}`)
}

const record = (from: Awaited<ReturnType<typeof waiting>>) => ({ key: from?.key ?? null, value: from?.value ?? null })
