import { describe, expect, test } from 'vitest'
import { eventually, recordingListener, numbered, record, type Fixture } from './fixture.ts'

export function subscribing(at: Fixture): void {
  const { newName, topicOf, listen } = at
  describe('subscribing', () => {
    test('a new group begins with the first record and receives each partition in order', async () => {
      const topic = await topicOf(3)
      const sent = [0, 1, 2].map((partition) => numbered(40, `${partition}.`))
      const all = sent.flatMap((values, partition) => values.map((value) => record(topic, partition, value)))
      await at.broker.publish(all.slice(0, 60))
      const { values: received, assigned } = await listen(topic)
      expect(assigned()).toHaveLength(3)
      await at.broker.publish(all.slice(60))
      await eventually(() => expect(received()).toHaveLength(120))
      expect([0, 1, 2].map((partition) => received(partition))).toEqual(sent)
    })

    test('a subscription waits for a topic that does not exist yet', async () => {
      const topic = newName()
      at.forget(topic)
      const received = recordingListener()
      const subscribing = at.broker.subscribe({ group: newName(), topics: [topic], listener: received.listener })
      await at.broker.admin.createTopics([{ topic, partitions: 2, config: {} }])
      await at.broker.publish([record(topic, 0, 'first')])
      const subscription = await subscribing
      at.atEnd(() => subscription.stop())
      await eventually(() => expect(received.values()).toEqual(['first']))
    })

    test('a group goes on after what it committed; the rest is delivered again', async () => {
      const topic = await topicOf(1)
      await at.broker.publish(numbered(10).map((value) => record(topic, 0, value)))
      const before = await listen(topic)
      await eventually(() => expect(before.received).toHaveLength(10))
      await before.subscription.commit([{ topic, partition: 0, offset: 6n }])
      await before.subscription.stop()
      const after = await listen(topic, before.group)
      await eventually(() => expect(after.values()).toEqual(['6', '7', '8', '9']))
    })

    test('a group whose committed position is beyond the end begins with the first record', async () => {
      const topic = await topicOf(1)
      const group = newName()
      await at.broker.admin.commit(group, [{ topic, partition: 0, offset: 50n }])
      await at.broker.publish(numbered(3).map((value) => record(topic, 0, value)))
      const { values, subscription } = await listen(topic, group)
      await eventually(() => expect(values()).toEqual(['0', '1', '2']))
      await subscription.commit([{ topic, partition: 0, offset: 2n }])
      expect(await at.broker.admin.committed(group, [topic])).toEqual([{ topic, partition: 0, offset: 2n }])
    })

    test('a subscription is joined until it is stopped', async () => {
      const { subscription } = await listen(await topicOf(1))
      expect(subscription.isJoined()).toBe(true)
      await subscription.stop()
      expect(subscription.isJoined()).toBe(false)
    })

    test('nothing is delivered after stop', async () => {
      const topic = await topicOf(1)
      const stopped = await listen(topic)
      await stopped.subscription.stop()
      const other = await listen(topic)
      await at.broker.publish([record(topic, 0, 'late')])
      await eventually(() => expect(other.values()).toEqual(['late']))
      expect(stopped.values()).toEqual([])
    })
  })
}
