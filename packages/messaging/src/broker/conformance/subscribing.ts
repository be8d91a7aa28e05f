import { describe, expect, test } from 'vitest'
import { eventually, journal, numbered, record, type Fixture } from './fixture.ts'

export function subscribing(at: Fixture): void {
  const { newName, topicOf, listen } = at
  describe('subscribing', () => {
    test('a new group begins with the first record, and hears each partition in order', async () => {
      const topic = await topicOf(3)
      const sent = [0, 1, 2].map((partition) => numbered(40, `${partition}.`))
      const all = sent.flatMap((values, partition) => values.map((value) => record(topic, partition, value)))
      await at.broker.publish(all.slice(0, 60))
      const { values: heard, assigned } = await listen(topic)
      expect(assigned()).toHaveLength(3)
      await at.broker.publish(all.slice(60))
      await eventually(() => expect(heard()).toHaveLength(120))
      expect([0, 1, 2].map((partition) => heard(partition))).toEqual(sent)
    })

    test('waits for a topic that does not exist yet', async () => {
      const topic = newName()
      at.forget(topic)
      const heard = journal()
      const subscribing = at.broker.subscribe({ group: newName(), topics: [topic], listener: heard.listener })
      await at.broker.admin.createTopics([{ topic, partitions: 2, config: {} }])
      await at.broker.publish([record(topic, 0, 'first')])
      const subscription = await subscribing
      at.atEnd(() => subscription.stop())
      await eventually(() => expect(heard.values()).toEqual(['first']))
    })

    test('goes on behind what was committed; what was not, comes again', async () => {
      const topic = await topicOf(1)
      await at.broker.publish(numbered(10).map((value) => record(topic, 0, value)))
      const before = await listen(topic)
      await eventually(() => expect(before.heard).toHaveLength(10))
      await before.subscription.commit([{ topic, partition: 0, offset: 6n }])
      await before.subscription.stop()
      const after = await listen(topic, before.group)
      await eventually(() => expect(after.values()).toEqual(['6', '7', '8', '9']))
    })

    test('after stop nothing is heard', async () => {
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
