import { describe, expect, test, vi } from 'vitest'
import { billing, placed } from './testing/billing.ts'
import { bills } from './testing/messages.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { rest, useVirtualTime } from './testing/virtualTime.ts'

vi.mock('node:timers/promises', () => import('./testing/timersPromises.ts'))
useVirtualTime()

const billed = ({ store }: TestSystem) => store.rows(bills).map(({ number }) => number)

describe('a batch', () => {
  test('is saved whole in one go: what was handled, its rows, what it says', async () => {
    const g = await testSystem(billing().endpoint)
    const ids = await g.say(placed(1), placed(2), placed(3))
    await g.start()
    await g.settled()
    expect(g.store.asked).toHaveLength(1)
    const [saved] = g.store.asked
    expect(saved).toMatchObject({ lane: 'billing/0', handled: ids, sagas: [], scheduled: [], sent: [] })
    expect(saved?.outgoing).toHaveLength(3)
    expect(saved?.rows.get(bills)).toHaveLength(3)
    expect(await g.ids('billing.order-billed')).toHaveLength(3)
  })

  test('leaves no outbox row behind when nothing follows', async () => {
    const g = await testSystem(billing().endpoint)
    const replica = await g.start()
    await g.say(placed(1))
    await g.settled()
    await replica.stop()
    expect(await g.store.pendingOutbox('billing/0')).toEqual([])
  })

  test('takes the outbox row of the one before it along', async () => {
    const g = await testSystem(billing().endpoint)
    await g.start()
    await g.say(placed(1))
    await rest()
    await g.say(placed(2))
    await rest()
    expect(g.store.asked.map(({ sent }) => sent)).toEqual([[], ['1']])
    expect((await g.store.pendingOutbox('billing/0')).map(({ id }) => id)).toEqual(['2'])
  })

  test('loses only the message whose handler throws; what that one had said is dropped', async () => {
    const { endpoint } = billing(({ number }) => {
      if (number === 2) throw new Error('no price')
    })
    const g = await testSystem(endpoint)
    await g.start()
    const [one, two, three] = await g.say(placed(1), placed(2), placed(3))
    await g.settled()
    expect(billed(g)).toEqual([1, 3])
    expect(await g.ids('billing.order-billed')).toHaveLength(2)
    expect(await g.ids('billing.dlt')).toEqual([two])
    expect(await g.store.handledIds([one, two, three].map(String))).toEqual(new Set([one, three]))
  })

  test('holds only what the last try of a message has said', async () => {
    const { endpoint, runs } = billing((_, __, run) => {
      if (run < 3) throw new Error('not now')
    })
    const g = await testSystem(endpoint)
    await g.start()
    await g.say(placed(1))
    await g.settled()
    expect(runs.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(billed(g)).toEqual([1])
    expect(await g.ids('billing.order-billed')).toHaveLength(1)
    expect(g.failures).toEqual([])
  })

  test('handles one key in order and keys side by side, as many as the endpoint allows', async () => {
    const running = new Set<string>()
    let most = 0
    const { endpoint, runs } = billing(
      async ({ orderId }) => {
        expect(running.has(orderId)).toBe(false)
        running.add(orderId)
        most = Math.max(most, running.size)
        await new Promise((resolve) => setImmediate(resolve))
        running.delete(orderId)
      },
      { concurrency: 3 },
    )
    const g = await testSystem(endpoint)
    const keys = ['a', 'b', 'c', 'd', 'e']
    await g.say(...Array.from({ length: 25 }, (_, number) => placed(number, keys[number % keys.length])))
    await g.start()
    await g.settled()
    expect(most).toBe(3)
    for (const key of keys) {
      const numbers = runs.filter(({ orderId }) => orderId === key).map(({ number }) => number)
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
    }
    expect(await g.records('billing.order-billed')).toHaveLength(25)
  })

  test('says things in the order of its messages, whichever handler was ready first', async () => {
    const { endpoint } = billing(async ({ number }) => {
      for (let turn = number; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    })
    const g = await testSystem(endpoint)
    await g.say(placed(1), placed(2), placed(3))
    await g.start()
    await g.settled()
    expect(g.store.asked[0]?.outgoing.map(({ key }) => key)).toEqual(['order-1', 'order-2', 'order-3'])
  })
})

describe('a message that comes twice', () => {
  test('is handled once when both lie in one batch', async () => {
    const { endpoint, numbers } = billing()
    const g = await testSystem(endpoint)
    await g.say({ message: placed(1), id: 'm-1' }, placed(2), { message: placed(1), id: 'm-1' })
    await g.start()
    await g.settled()
    expect(new Set(numbers())).toEqual(new Set([1, 2]))
    expect(billed(g)).toEqual([1, 2])
  })

  test('is handled once when the second comes in a later batch', async () => {
    const { endpoint, numbers } = billing()
    const g = await testSystem(endpoint)
    await g.start()
    await g.say({ message: placed(1), id: 'm-1' })
    await g.settled()
    await g.say({ message: placed(1), id: 'm-1' })
    await g.settled()
    expect(numbers()).toEqual([1])
  })

  test('is handled once when two processes have it in hand at the same time', async () => {
    const gate = Promise.withResolvers<void>()
    const { endpoint, runs } = billing((_, __, run) => (run === 1 ? gate.promise : undefined), { partitions: 2 })
    const g = await testSystem(endpoint)
    await g.start()
    await g.say({ message: placed(1), partition: 1 })
    await rest()
    // Partition 1 goes to the second process while the first one has its message in hand.
    await g.start()
    await rest()
    expect(runs).toHaveLength(2)
    expect(billed(g)).toEqual([1])
    gate.resolve()
    await g.settled()
    expect(runs).toHaveLength(2)
    expect(billed(g)).toEqual([1])
    expect(new Set(await g.ids('billing.order-billed')).size).toBe(1)
  })

  test('known by no id is told from others by where it lies', async () => {
    const { endpoint, numbers } = billing()
    const g = await testSystem(endpoint)
    const headers = { ce_id: '' }
    await g.say({ message: placed(1), headers }, { message: placed(2), headers })
    await g.start()
    await g.settled()
    expect(new Set(numbers())).toEqual(new Set([1, 2]))
  })
})
