import { describe, expect, test, vi } from 'vitest'
import type { BrokerRecord, Position, TopicPartition } from '../broker/port.ts'
import { endpoint } from '../definition/endpoint.ts'
import { handler } from '../definition/handler.ts'
import { billing, placed } from './testing/billing.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { bills, OrderCancelled, OrderPlaced } from './testing/messages.ts'
import { Lane } from './lane.ts'
import { pass, rest, until, useVirtualTime } from './testing/virtualTime.ts'

vi.mock('node:timers/promises', () => import('./testing/timersPromises.ts'))
useVirtualTime()

const topic = 'sales.order-placed'
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

/** Messages that are held in their handlers until the test lets them go. */
function gates() {
  const waiting = new Map<number, () => void>()
  return {
    hold: (number: number) => new Promise<void>((resolve) => waiting.set(number, resolve)),
    open: (number: number) => waiting.get(number)?.(),
    held: () => [...waiting.keys()],
  }
}

/** Records that the endpoint's own lanes do not get. */
async function elsewhere(g: TestSystem, count: number): Promise<BrokerRecord[]> {
  const type = { ...OrderPlaced, topic: 'sales.order-cancelled' }
  await g.say(...range(0, count).map((number) => ({ message: { ...placed(number), type } })))
  return (await g.records(type.topic)).map((record) => ({ ...record, topic }))
}

describe('a lane', () => {
  test('asks the broker to wait while it has a thousand records, and to go on when there is room', async () => {
    const gate = gates()
    const { endpoint: definition } = billing(({ number }) => (number === 0 ? gate.hold(0) : undefined))
    const g = await testSystem(definition)
    const asked: string[] = []
    const owner = {
      pause: (partition: TopicPartition) => void asked.push(`pause ${partition.topic}`),
      resume: (partition: TopicPartition) => void asked.push(`resume ${partition.topic}`),
      commit: (positions: readonly Position[]) => void asked.push(...positions.map(({ offset }) => `commit ${offset}`)),
      waiting() {},
      crowded: () => false,
    }
    const { runtime } = await g.start()
    const records = await elsewhere(g, 1_500)
    const lane = new Lane(runtime, owner, 'another/0', Promise.resolve())
    lane.offer(records.slice(0, 100))
    await rest()
    for (let at = 100; at < records.length; at += 100) lane.offer(records.slice(at, at + 100))
    expect(asked).toEqual([`pause ${topic}`])
    gate.open(0)
    await until('all are handled', () => asked.includes('commit 1500'))
    expect(asked.filter((each) => !each.startsWith('commit'))).toEqual([`pause ${topic}`, `resume ${topic}`])
    expect(g.store.rows(bills).map(({ number }) => number)).toEqual(range(0, 1_500))
    lane.end()
    await lane.ended
  })

  test('forgets what waits when the partitions are assigned anew: it comes again', async () => {
    const gate = gates()
    const { endpoint: definition, numbers } = billing(({ number }) => (number === 0 ? gate.hold(0) : undefined))
    const g = await testSystem(definition)
    const { runtime } = await g.start()
    const records = await elsewhere(g, 1_200)
    const resumed: string[] = []
    let waiting = 0
    const owner = {
      pause() {},
      resume: (partition: TopicPartition) => void resumed.push(partition.topic),
      commit() {},
      waiting: (change: number) => void (waiting += change),
      crowded: () => false,
    }
    const lane = new Lane(runtime, owner, 'another/0', Promise.resolve())
    lane.offer(records.slice(0, 1))
    await rest()
    lane.offer(records.slice(1))
    lane.clear()
    expect(resumed).toEqual([topic])
    expect(waiting).toBe(0)
    gate.open(0)
    await rest()
    expect(numbers()).toEqual([0])
    lane.offer(records.slice(0, 3))
    await rest()
    expect(numbers()).toEqual([0, 1, 2])
    lane.end()
    await lane.ended
  })

  test('asks for no more while all lanes together hold enough, and for more when there is room', async () => {
    const { endpoint: definition } = billing()
    const g = await testSystem(definition)
    const { runtime } = await g.start()
    const records = await elsewhere(g, 20)
    const asked: string[] = []
    let crowded = true
    const owner = {
      pause: () => void asked.push('pause'),
      resume: () => void asked.push('resume'),
      commit: (positions: readonly Position[]) => void asked.push(...positions.map(({ offset }) => `commit ${offset}`)),
      waiting() {},
      crowded: () => crowded,
    }
    const lane = new Lane(runtime, owner, 'another/0', Promise.resolve())
    lane.offer(records)
    await until('all are handled', () => asked.includes('commit 20'))
    expect(asked).toEqual(['pause', 'commit 20'])
    crowded = false
    lane.askForMore()
    expect(asked).toEqual(['pause', 'commit 20', 'resume'])
    lane.end()
    await lane.ended
  })

  test('handles thousands of records through pauses, each once and in order', async () => {
    const { endpoint: definition } = billing()
    const g = await testSystem(definition)
    await g.say(...range(0, 12_000).map((number) => placed(number, `order-${number % 50}`)))
    await g.start()
    await g.settled()
    expect(g.store.rows(bills).map(({ number }) => number)).toEqual(range(0, 12_000))
  })

  test('that is slow holds up no other', async () => {
    const gate = gates()
    const { endpoint: definition } = billing(({ number }) => (number === 0 ? gate.hold(0) : undefined), { partitions: 2 })
    const g = await testSystem(definition)
    await g.start()
    await g.say(
      { message: placed(0), partition: 0 },
      ...range(1, 50).map((number) => ({ message: placed(number), partition: 1 })),
    )
    await rest()
    expect(g.store.rows(bills)).toHaveLength(49)
    gate.open(0)
    await g.settled()
    expect(g.store.rows(bills)).toHaveLength(50)
  })

  test('gives each of its topics its turn, and commits the position of each', async () => {
    const order: string[] = []
    const definition = endpoint({
      name: 'billing',
      partitions: 1,
      handlers: [
        handler(OrderPlaced, ({ number }) => void order.push(`placed ${number}`)),
        handler(OrderCancelled, ({ number }) => void order.push(`cancelled ${number}`)),
      ],
    })
    const g = await testSystem(definition)
    await g.say(...range(0, 900).map((number) => placed(number, 'a')), OrderCancelled({ orderId: 'a', number: 0 }))
    await g.start()
    await g.settled()
    expect(order.indexOf('cancelled 0')).toBeLessThan(600)
    expect(order.filter((each) => each.startsWith('placed'))).toEqual(range(0, 900).map((number) => `placed ${number}`))
    expect(await g.broker.admin.committed('billing', [topic, 'sales.order-cancelled'])).toEqual([
      { topic, partition: 0, offset: 900n },
      { topic: 'sales.order-cancelled', partition: 0, offset: 1n },
    ])
  })
})

describe('a position', () => {
  test('is never committed past a message that is not finished', async () => {
    const gate = gates()
    const { endpoint: definition } = billing(({ number }) => (number === 3 ? gate.hold(3) : undefined))
    const g = await testSystem(definition)
    await g.start()
    await g.say(placed(0), placed(1))
    await rest()
    await g.say(...range(2, 10).map((number) => placed(number)))
    await rest()
    expect(await g.lag('billing')).toBe(8n)
    gate.open(3)
    await g.settled()
  })

  test('of a partition that has gone to another process is left to that one', async () => {
    const gate = gates()
    const { endpoint: definition } = billing(({ number }, _, run) => (number === 0 && run === 1 ? gate.hold(0) : undefined), {
      partitions: 2,
    })
    const g = await testSystem(definition)
    await g.start()
    await g.say({ message: placed(0), partition: 1 })
    await rest()
    await g.start()
    await g.say({ message: placed(1), partition: 1 })
    await rest()
    expect(await g.lag('billing')).toBe(0n)
    gate.open(0)
    await rest()
    expect(await g.broker.admin.committed('billing', [topic])).toEqual([{ topic, partition: 1, offset: 2n }])
    expect(g.store.rows(bills).map(({ number }) => number)).toEqual([0, 1])
  })
})

describe('a new assignment', () => {
  test('in the middle of a batch handles nothing twice and loses nothing', async () => {
    const gate = gates()
    const { endpoint: definition, numbers } = billing(({ number }) => (number === 5 ? gate.hold(5) : undefined))
    const g = await testSystem(definition)
    await g.start()
    await g.say(...range(0, 300).map((number) => placed(number, 'a')))
    await rest()
    g.broker.faults.rebalance('billing')
    await rest()
    gate.open(5)
    await g.settled()
    expect(numbers()).toEqual(range(0, 300))
    expect(g.store.rows(bills)).toHaveLength(300)
  })

  test('wakes a partition that was paused', async () => {
    const gate = gates()
    const { endpoint: definition, numbers } = billing(({ number }) => (number === 0 ? gate.hold(0) : undefined))
    const g = await testSystem(definition)
    await g.start()
    await g.say(placed(0, 'a'))
    await rest()
    await g.say(...range(1, 2_500).map((number) => placed(number, 'a')))
    await rest()
    g.broker.faults.rebalance('billing')
    await rest()
    gate.open(0)
    await g.settled()
    expect(numbers()).toEqual(range(0, 2_500))
  })

  test('that takes a lane away and brings it back waits for what it had in hand', async () => {
    const gate = gates()
    const { endpoint: definition, numbers } = billing(
      ({ number }, _, run) => (number === 0 && run === 1 ? gate.hold(0) : undefined),
      { partitions: 2 },
    )
    const g = await testSystem(definition)
    await g.start()
    await g.say({ message: placed(0, 'a'), partition: 1 })
    await rest()
    const second = await g.start()
    second.processSwitch.kill()
    await rest()
    // Partition 1 has gone and come back; its message is still in hand.
    await g.say({ message: placed(1, 'a'), partition: 1 })
    await rest()
    expect(numbers().filter((number) => number === 1)).toEqual([])
    gate.open(0)
    await g.settled()
    expect(g.store.rows(bills).map(({ number }) => number)).toEqual([0, 1])
    expect(numbers().filter((number) => number === 1)).toEqual([1])
  })

  test.each(range(1, 6))('again and again loses, doubles and disorders nothing (%i processes)', async (processes) => {
    const { endpoint: definition } = billing(() => new Promise((resolve) => setImmediate(resolve)), { partitions: 4 })
    const g = await testSystem(definition)
    for (const _ of range(0, processes)) await g.start()
    for (const round of range(0, 10)) {
      await g.say(...range(0, 60).map((number) => placed(round * 60 + number, `order-${number % 7}`)))
      g.broker.faults.rebalance('billing')
      if (round === 5) await g.start()
    }
    await g.settled()
    const rows = g.store.rows(bills)
    expect(rows).toHaveLength(600)
    for (const key of range(0, 7).map((number) => `order-${number}`)) {
      const numbers = rows.filter(({ order_id }) => order_id === key).map(({ number }) => Number(number))
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
    }
  })
})

describe('a stop', () => {
  test('finishes the batch in hand, commits it, and takes no other', async () => {
    const gate = gates()
    const { endpoint: definition, numbers } = billing(({ number }) => (number === 1 ? gate.hold(1) : undefined))
    const g = await testSystem(definition)
    const replica = await g.start()
    await g.say(placed(0), placed(1))
    await rest()
    await g.say(placed(2))
    await rest()
    const stopped = replica.stop()
    await rest()
    expect(await g.lag('billing')).toBe(3n)
    gate.open(1)
    await stopped
    expect(numbers()).toEqual([0, 1])
    expect(await g.lag('billing')).toBe(1n)
    expect(await g.store.pendingOutbox('billing/0')).toEqual([])
    await g.start()
    await g.settled()
    expect(numbers()).toEqual([0, 1, 2])
  })

  test('leaves no timer', async () => {
    const { endpoint: definition } = billing(() => {
      throw new Error('bug')
    })
    const g = await testSystem(definition)
    const replica = await g.start()
    await g.say(placed(1))
    await pass(100)
    await replica.stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})
