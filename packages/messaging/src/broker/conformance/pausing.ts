import { describe, expect, test } from 'vitest'
import { eventually, numbered, record, type Fixture } from './fixture.ts'

export function pausing(at: Fixture): void {
  const { topicOf, listen } = at
  describe('pausing', () => {
    test('a paused partition waits and loses nothing; the others go on', async () => {
      const topic = await topicOf(2)
      const { subscription, received, values, whenReceiving } = await listen(topic)
      whenReceiving(([first]) => {
        if (first?.partition === 0) subscription.pause(first)
      })
      await at.broker.publish([record(topic, 0, 'slow')])
      await eventually(() => expect(values(0)).toEqual(['slow']))
      for (const value of numbered(20)) await at.broker.publish([record(topic, 0, value), record(topic, 1, value)])
      await eventually(() => expect(values(1)).toEqual(numbered(20)))
      expect(values(0)).toEqual(['slow'])
      whenReceiving(() => {})
      subscription.resume({ topic, partition: 0 })
      await eventually(() => expect(values(0)).toEqual(['slow', ...numbered(20)]))
      expect(received).toHaveLength(41)
    })

    test('pausing and resuming again and again loses, doubles and reorders nothing', async () => {
      const topic = await topicOf(2)
      const { subscription, values, whenReceiving } = await listen(topic)
      whenReceiving(([first]) => {
        if (first === undefined) return
        subscription.pause(first)
        setImmediate(() => subscription.resume(first))
      })
      const sent = numbered(300)
      for (const value of sent) await at.broker.publish([record(topic, 0, value), record(topic, 1, value)])
      await eventually(() => expect([values(0).length, values(1).length]).toEqual([300, 300]))
      expect(values(0)).toEqual(sent)
      expect(values(1)).toEqual(sent)
    })

    test('a new assignment ends all pauses', async () => {
      const topic = await topicOf(2)
      const first = await listen(topic)
      first.subscription.pause({ topic, partition: 0 })
      first.subscription.pause({ topic, partition: 1 })
      const second = await listen(topic, first.group)
      await eventually(() => expect(first.assigned()).toHaveLength(1))
      await at.broker.publish([record(topic, 0, 'zero'), record(topic, 1, 'one')])
      await eventually(() => expect([...first.values(), ...second.values()].toSorted()).toEqual(['one', 'zero']))
    })
  })
}
