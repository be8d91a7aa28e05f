import { describe, expect, test } from 'vitest'
import { brokerConformance } from './conformance.ts'
import { collect, eventually, journal, numbered, record } from './conformance/fixture.ts'
import { memoryBroker } from './memory.ts'
import { BrokerUnavailable } from './port.ts'

brokerConformance('the broker in memory', async () => memoryBroker())

describe('faults of the broker in memory', () => {
  const topic = 'sales.order-placed'
  const read = async (broker: ReturnType<typeof memoryBroker>) =>
    (await collect(broker.admin.read(topic))).map(({ value }) => String(value))

  test('a topic comes into being with the partitions asked for', async () => {
    const broker = memoryBroker({ partitions: 3 })
    await broker.publish([record(topic, 2, 'a')])
    expect(await broker.admin.partitions([topic])).toEqual(new Map([[topic, 3]]))
  })

  test('a lost publish leaves nothing, an unanswered one everything; the next goes well', async () => {
    const broker = memoryBroker({ partitions: 1 })
    broker.faults.failNextPublish('lost')
    broker.faults.failNextPublish('unanswered')
    await expect(broker.publish([record(topic, 0, 'lost')])).rejects.toThrow(BrokerUnavailable)
    await expect(broker.publish([record(topic, 0, 'there')])).rejects.toThrow(BrokerUnavailable)
    await broker.publish([record(topic, 0, 'next')])
    expect(await read(broker)).toEqual(['there', 'next'])
  })

  test('a publish can be doubled', async () => {
    const broker = memoryBroker({ partitions: 1 })
    broker.faults.duplicateNextPublish()
    await broker.publish([record(topic, 0, 'a'), record(topic, 0, 'b')])
    expect(await read(broker)).toEqual(['a', 'b', 'a', 'b'])
  })

  test('a commit that failed goes with the next one', async () => {
    const broker = memoryBroker({ partitions: 2 })
    const { listener, heard } = journal()
    await broker.publish([record(topic, 0, 'a'), record(topic, 1, 'b')])
    const subscription = await broker.subscribe({ group: 'billing', topics: [topic], listener })
    await eventually(() => expect(heard).toHaveLength(2))
    broker.faults.failNextCommit()
    await subscription.commit([{ topic, partition: 0, offset: 1n }])
    expect(await broker.admin.committed('billing', [topic])).toEqual([])
    await subscription.commit([{ topic, partition: 1, offset: 1n }])
    expect(await broker.admin.committed('billing', [topic])).toHaveLength(2)
    await broker.close()
  })

  test('a rebalance brings again what was not committed', async () => {
    const broker = memoryBroker({ partitions: 1 })
    const { listener, values, assignments } = journal()
    await broker.publish(numbered(3).map((value) => record(topic, 0, value)))
    const subscription = await broker.subscribe({ group: 'billing', topics: [topic], listener })
    await eventually(() => expect(values()).toHaveLength(3))
    await subscription.commit([{ topic, partition: 0, offset: 2n }])
    broker.faults.rebalance('billing')
    await eventually(() => expect(values()).toEqual(['0', '1', '2', '2']))
    expect(assignments).toHaveLength(2)
    await broker.close()
  })
})
