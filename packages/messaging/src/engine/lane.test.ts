import { describe, expect, test } from 'vitest'
import type { TopicPartition } from '../broker/port.ts'
import { endpoint } from '../definition/endpoint.ts'
import { handler } from '../definition/handler.ts'
import { billing, placed } from './testing/billing.ts'
import { gates, large, range } from './testing/gates.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { bills, OrderCancelled, OrderPlaced } from './testing/messages.ts'
import { until, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const topic = 'sales.order-placed'

/** Which partitions the endpoint asks the broker to pause and to resume. */
function watchPauses(system: TestSystem): string[] {
  const asked: string[] = []
  const subscribe = system.broker.subscribe.bind(system.broker)
  system.broker.subscribe = async (options) => {
    const subscription = await subscribe(options)
    const noted = (what: 'pause' | 'resume') => (partition: TopicPartition) => {
      asked.push(`${what} ${partition.topic}/${partition.partition}`)
      subscription[what](partition)
    }
    return { ...subscription, pause: noted('pause'), resume: noted('resume') }
  }
  return asked
}

describe('a lane', () => {
  test('a lane pauses a partition above its high water mark, and resumes it below its low one', async () => {
    const gate = gates()
    const { endpoint: definition } = billing(({ number }) => (number === 0 ? gate.hold(0) : undefined))
    const system = await testSystem(definition)
    const asked = watchPauses(system)
    await system.start()
    await system.publish(placed(0))
    await untilIdle()
    await system.publish(...range(1, 400).map((number) => large(number)))
    await untilIdle()
    expect(asked).toEqual([`pause ${topic}/0`])
    gate.open(0)
    await system.settled()
    expect(asked.slice(0, 2)).toEqual([`pause ${topic}/0`, `resume ${topic}/0`])
    expect(system.store.rows(bills).map(({ number }) => number)).toEqual(range(0, 400))
  })

  test('a lane that hangs does not delay another, however much waits for both', async () => {
    const { endpoint: definition } = billing(({ number }) => (number === 0 ? new Promise(() => {}) : undefined), {
      partitions: 2,
      handlerTimeLimit: '7d',
    })
    const system = await testSystem(definition)
    await system.start()
    await system.publish({ message: placed(0), partition: 0 })
    await untilIdle()
    await system.publish(...range(1, 400).map((number) => large(number, 0)))
    await untilIdle()
    await system.publish(...range(1_000, 1_400).map((number) => large(number, 1)))
    await until('the other lane is done', () => system.store.rows(bills).length === 400)
    expect(system.store.rows(bills).map(({ number }) => number)).toEqual(range(1_000, 1_400))
  })

  test('the status of a lane shows what it does and with which record', async () => {
    const gate = gates()
    const { endpoint: definition } = billing(({ number }) => (number === 0 ? gate.hold(0) : undefined))
    const system = await testSystem(definition)
    const { engine } = await system.start()
    expect(engine.status().groups[0]).toMatchObject({ group: 'billing', joined: true, lanes: [{ doing: 'wait for records' }] })
    const [id] = await system.publish(placed(0))
    await untilIdle()
    await system.publish(placed(1))
    await untilIdle()
    expect(engine.status().groups[0]?.lanes[0]).toMatchObject({
      lane: 'billing/0',
      doing: 'run handlers',
      topic,
      partition: 0,
      offset: '0',
      messageId: id,
      waiting: { records: 1 },
    })
    system.store.failNext('save')
    gate.open(0)
    await untilIdle()
    expect(engine.status().groups[0]?.lanes[0]).toMatchObject({ doing: 'save a batch', failures: 1, messageId: id })
    await system.settled()
  })

  test('a lane handles thousands of records once each, and in order', async () => {
    const { endpoint: definition } = billing()
    const system = await testSystem(definition)
    await system.publish(...range(0, 4_000).map((number) => placed(number, `order-${number % 50}`)))
    await system.start()
    await system.settled()
    expect(system.store.rows(bills).map(({ number }) => number)).toEqual(range(0, 4_000))
  })

  test('a slow lane does not delay another', async () => {
    const gate = gates()
    const { endpoint: definition } = billing(({ number }) => (number === 0 ? gate.hold(0) : undefined), { partitions: 2 })
    const system = await testSystem(definition)
    await system.start()
    await system.publish(
      { message: placed(0), partition: 0 },
      ...range(1, 50).map((number) => ({ message: placed(number), partition: 1 })),
    )
    await untilIdle()
    expect(system.store.rows(bills)).toHaveLength(49)
    gate.open(0)
    await system.settled()
    expect(system.store.rows(bills)).toHaveLength(50)
  })

  test('each topic of a lane has its turn, and the position of each is committed', async () => {
    const order: string[] = []
    const definition = endpoint({
      name: 'billing',
      partitions: 1,
      handlers: [
        handler(OrderPlaced, ({ number }) => void order.push(`placed ${number}`)),
        handler(OrderCancelled, ({ number }) => void order.push(`cancelled ${number}`)),
      ],
    })
    const system = await testSystem(definition)
    await system.publish(...range(0, 900).map((number) => placed(number, 'a')), OrderCancelled({ orderId: 'a', number: 0 }))
    await system.start()
    await system.settled()
    expect(order.indexOf('cancelled 0')).toBeLessThan(600)
    expect(order.filter((each) => each.startsWith('placed'))).toEqual(range(0, 900).map((number) => `placed ${number}`))
    expect(await system.broker.admin.committed('billing', [topic, 'sales.order-cancelled'])).toEqual([
      { topic, partition: 0, offset: 900n },
      { topic: 'sales.order-cancelled', partition: 0, offset: 1n },
    ])
  })
})

describe('a position', () => {
  test('no position is committed past a message that is not finished', async () => {
    const gate = gates()
    const { endpoint: definition } = billing(({ number }) => (number === 3 ? gate.hold(3) : undefined))
    const system = await testSystem(definition)
    await system.start()
    await system.publish(placed(0), placed(1))
    await untilIdle()
    await system.publish(...range(2, 10).map((number) => placed(number)))
    await untilIdle()
    expect(await system.lag('billing')).toBe(8n)
    gate.open(3)
    await system.settled()
  })

  test('a process commits no position of a partition that another process has now', async () => {
    const gate = gates()
    const { endpoint: definition } = billing(({ number }, _, run) => (run === 1 ? gate.hold(number) : undefined), {
      partitions: 2,
    })
    const system = await testSystem(definition)
    await system.start()
    await system.publish({ message: placed(0), partition: 0 }, { message: placed(1), partition: 1 })
    await untilIdle()
    await system.start()
    await untilIdle()
    // The partition that has moved: its message was handled by the second process.
    const moved = Number(system.store.rows(bills)[0]?.['number'])
    const committed = async () => (await system.broker.admin.committed('billing', [topic])).filter(({ offset }) => offset > 0n)
    expect(await committed()).toEqual([{ topic, partition: moved, offset: 1n }])
    gate.open(moved)
    await untilIdle()
    expect(await committed()).toEqual([{ topic, partition: moved, offset: 1n }])
    expect(system.store.rows(bills)).toHaveLength(1)
    gate.open(1 - moved)
    await system.settled()
    expect(system.store.rows(bills)).toHaveLength(2)
  })
})
