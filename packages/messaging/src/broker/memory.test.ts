import { describe, expect, test } from 'vitest'
import { brokerConformance } from './conformance.ts'
import { collect, eventually, recordingListener, numbered, record } from './conformance/fixture.ts'
import { memoryBroker } from './memory.ts'
import { BrokerUnavailable } from './port.ts'

brokerConformance('the broker in memory', async () => {
  const broker = memoryBroker()
  return { broker, foreign: broker.foreign }
})

describe('faults of the broker in memory', () => {
  const topic = 'sales.order-placed'
  const read = async (broker: ReturnType<typeof memoryBroker>) =>
    (await collect(broker.admin.read(topic))).map(({ value }) => String(value))

  test('a topic is created when it is first used, with the number of partitions that the test asked for', async () => {
    const broker = memoryBroker({ partitions: 3 })
    await broker.publish([record(topic, 2, 'a')])
    expect(await broker.admin.partitions([topic])).toEqual(new Map([[topic, 3]]))
  })

  test('a lost publish stores nothing, an unanswered one stores everything; the next publish succeeds', async () => {
    const broker = memoryBroker({ partitions: 1 })
    broker.faults.failNextPublish('lost')
    broker.faults.failNextPublish('unanswered')
    await expect(broker.publish([record(topic, 0, 'lost')])).rejects.toThrow(BrokerUnavailable)
    await expect(broker.publish([record(topic, 0, 'there')])).rejects.toThrow(BrokerUnavailable)
    await broker.publish([record(topic, 0, 'next')])
    expect(await read(broker)).toEqual(['there', 'next'])
  })

  test('a publish can be stored twice', async () => {
    const broker = memoryBroker({ partitions: 1 })
    broker.faults.duplicateNextPublish()
    await broker.publish([record(topic, 0, 'a'), record(topic, 0, 'b')])
    expect(await read(broker)).toEqual(['a', 'b', 'a', 'b'])
  })

  test('a failed commit is sent again with the next one', async () => {
    const broker = memoryBroker({ partitions: 2 })
    const { listener, received } = recordingListener()
    await broker.publish([record(topic, 0, 'a'), record(topic, 1, 'b')])
    const subscription = await broker.subscribe({ group: 'billing', topics: [topic], listener })
    await eventually(() => expect(received).toHaveLength(2))
    broker.faults.failNextCommit()
    await subscription.commit([{ topic, partition: 0, offset: 1n }])
    expect(await broker.admin.committed('billing', [topic])).toEqual([])
    await subscription.commit([{ topic, partition: 1, offset: 1n }])
    expect(await broker.admin.committed('billing', [topic])).toHaveLength(2)
    await broker.close()
  })

  test('records that were not committed are delivered again after a rebalance', async () => {
    const broker = memoryBroker({ partitions: 1 })
    const { listener, values, assignments } = recordingListener()
    await broker.publish(numbered(3).map((value) => record(topic, 0, value)))
    const subscription = await broker.subscribe({ group: 'billing', topics: [topic], listener })
    await eventually(() => expect(values()).toHaveLength(3))
    await subscription.commit([{ topic, partition: 0, offset: 2n }])
    broker.faults.rebalance('billing')
    await eventually(() => expect(values()).toEqual(['0', '1', '2', '2']))
    expect(assignments).toHaveLength(2)
    await broker.close()
  })

  test('a crashed consumer is out of its group until it rejoins: others get its partitions, and its commits fail', async () => {
    const broker = memoryBroker({ partitions: 4 })
    const join = async () => {
      const listening = recordingListener()
      return {
        ...listening,
        subscription: await broker.subscribe({ group: 'billing', topics: [topic], listener: listening.listener }),
      }
    }
    const [first, second] = [await join(), await join()]
    await eventually(() => expect([first.assigned().length, second.assigned().length]).toEqual([2, 2]))
    const [{ partition } = { partition: 0 }] = first.assigned()
    await broker.publish([record(topic, partition, 'a')])
    await eventually(() => expect(first.values()).toEqual(['a']))

    const comeBack = broker.faults.crashConsumer('billing')
    expect(first.subscription.isJoined()).toBe(false)
    expect(second.subscription.isJoined()).toBe(true)
    await first.subscription.commit([{ topic, partition, offset: 1n }])
    expect(await broker.admin.committed('billing', [topic])).toEqual([])
    await eventually(() => expect(second.assigned()).toHaveLength(4))
    await eventually(() => expect(second.values()).toEqual(['a']))

    comeBack()
    await eventually(() => expect([first.assigned().length, second.assigned().length]).toEqual([2, 2]))
    expect(first.subscription.isJoined()).toBe(true)
    await broker.close()
  })

  test('naming a member that does not exist is an error', () => {
    expect(() => memoryBroker().faults.crashConsumer('billing', 1)).toThrow('The group billing has no member 1')
  })
})
