import { describe, expect, test } from 'vitest'
import { billing, placed } from './testing/billing.ts'
import { isAudit } from './testing/audits.ts'
import { gates } from './testing/gates.ts'
import { bills } from './testing/messages.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { passTime, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const billed = ({ store }: TestSystem) => store.rows(bills).map(({ number }) => number)
const ascending = (one: unknown, other: unknown) => Number(one) - Number(other)

describe('a batch', () => {
  test('a batch is saved in one call: its messages, their rows and their outgoing messages', async () => {
    const system = await testSystem(billing().endpoint)
    const ids = await system.publish(placed(1), placed(2), placed(3))
    await system.start()
    await system.settled()
    expect(system.store.unitsReceived).toHaveLength(1)
    const [saved] = system.store.unitsReceived
    expect(saved).toMatchObject({
      lane: 'billing/0',
      handled: ids.map((id) => ({ source: 'outside', id })),
      sagas: [],
      scheduled: [],
      sent: [],
    })
    expect(saved?.outgoing.filter((record) => !isAudit(record))).toHaveLength(3)
    expect(saved?.outgoing.filter(isAudit)).toHaveLength(1)
    expect(saved?.rows.get(bills)).toHaveLength(3)
    expect(await system.ids('billing.order-billed')).toHaveLength(3)
  })

  test('a process that stops leaves no outbox row', async () => {
    const system = await testSystem(billing().endpoint)
    const replica = await system.start()
    await system.publish(placed(1))
    await system.settled()
    await replica.stop()
    expect(await system.store.pendingOutbox('billing/0')).toEqual([])
  })

  test('a batch deletes the outbox row of the batch before it', async () => {
    const system = await testSystem(billing().endpoint)
    await system.start()
    await system.publish(placed(1))
    await untilIdle()
    await system.publish(placed(2))
    await untilIdle()
    expect(system.store.unitsReceived.map(({ sent }) => sent)).toEqual([[], ['1']])
    expect((await system.store.pendingOutbox('billing/0')).map(({ id }) => id)).toEqual(['2'])
  })

  test('while the handlers of a batch take their time, the outbox row of the batch before it does not stay', async () => {
    const { hold, open } = gates()
    const { endpoint } = billing(async ({ number }) => {
      if (number === 2) await hold(2)
    })
    const system = await testSystem(endpoint)
    const rows = async () => (await system.store.pendingOutbox('billing/0')).map(({ id }) => id)
    await system.start()
    await system.publish(placed(1))
    await untilIdle()
    await system.publish(placed(2))
    await untilIdle()
    expect(await rows()).toEqual(['1'])
    await passTime(5_000)
    expect(await rows()).toEqual([])
    open(2)
    await system.settled()
    expect(await system.ids('billing.order-billed')).toHaveLength(2)
  })

  test('a message whose handler throws has no effects and becomes a dead letter; the others of its batch are handled', async () => {
    const { endpoint } = billing(({ number }) => {
      if (number === 2) throw new Error('no price')
    })
    const system = await testSystem(endpoint)
    await system.start()
    const [one, two, three] = await system.publish(placed(1), placed(2), placed(3))
    await system.settled()
    expect(billed(system)).toEqual([1, 3])
    expect(await system.ids('billing.order-billed')).toHaveLength(2)
    expect(await system.ids('billing.dlt')).toEqual([two])
    expect(await Promise.all([one, two, three].map((id) => system.isHandled(String(id))))).toEqual([true, false, true])
  })

  test('only the last try of a message has effects', async () => {
    const { endpoint, runs } = billing((_, __, run) => {
      if (run < 3) throw new Error('not now')
    })
    const system = await testSystem(endpoint)
    await system.start()
    await system.publish(placed(1))
    await system.settled()
    expect(runs.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(billed(system)).toEqual([1])
    expect(await system.ids('billing.order-billed')).toHaveLength(1)
    expect(system.failures).toEqual([])
  })

  test('messages of one key are handled in order, and keys side by side, as many as the endpoint allows', async () => {
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
    const system = await testSystem(endpoint)
    const keys = ['a', 'b', 'c', 'd', 'e']
    await system.publish(...Array.from({ length: 25 }, (_, number) => placed(number, keys[number % keys.length])))
    await system.start()
    await system.settled()
    expect(most).toBe(3)
    for (const key of keys) {
      const numbers = runs.filter(({ orderId }) => orderId === key).map(({ number }) => number)
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
    }
    expect(await system.records('billing.order-billed')).toHaveLength(25)
  })

  test('a batch publishes in the order of its messages, whichever handler was ready first', async () => {
    const { endpoint } = billing(async ({ number }) => {
      for (let turn = number; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    })
    const system = await testSystem(endpoint)
    await system.publish(placed(1), placed(2), placed(3))
    await system.start()
    await system.settled()
    const outgoing = system.store.unitsReceived[0]?.outgoing.filter((record) => !isAudit(record))
    expect(outgoing?.map(({ key }) => key)).toEqual(['order-1', 'order-2', 'order-3'])
  })
})

describe('a message that comes twice', () => {
  test('a message that is twice in one batch is handled once', async () => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    await system.publish({ message: placed(1), id: 'm-1' }, placed(2), { message: placed(1), id: 'm-1' })
    await system.start()
    await system.settled()
    expect(new Set(numbers())).toEqual(new Set([1, 2]))
    expect(billed(system)).toEqual([1, 2])
  })

  test('a message that comes again in a later batch is handled once', async () => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    await system.start()
    await system.publish({ message: placed(1), id: 'm-1' })
    await system.settled()
    await system.publish({ message: placed(1), id: 'm-1' })
    await system.settled()
    expect(numbers()).toEqual([1])
  })

  test('a message that two processes handle at the same time has its effects once', async () => {
    const gate = Promise.withResolvers<void>()
    const { endpoint, runs } = billing((_, __, run) => (run === 1 ? gate.promise : undefined), { partitions: 2 })
    const system = await testSystem(endpoint)
    await system.start()
    await system.publish({ message: placed(1), partition: 0 }, { message: placed(2), partition: 1 })
    await untilIdle()
    // One of the partitions goes to the second process while the first one still handles its message.
    await system.start()
    await untilIdle()
    expect(runs).toHaveLength(3)
    expect(billed(system)).toHaveLength(1)
    gate.resolve()
    await system.settled()
    expect(runs).toHaveLength(3)
    expect(billed(system).toSorted(ascending)).toEqual([1, 2])
    expect(new Set(await system.ids('billing.order-billed')).size).toBe(2)
  })

  test('two messages without an id are both handled', async () => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    const headers = { ce_id: '' }
    await system.publish({ message: placed(1), headers }, { message: placed(2), headers })
    await system.start()
    await system.settled()
    expect(new Set(numbers())).toEqual(new Set([1, 2]))
  })
})
