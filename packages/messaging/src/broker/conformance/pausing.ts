import { describe, expect, test } from 'vitest'
import { eventually, numbered, record, type Fixture } from './fixture.ts'

export function pausing(at: Fixture): void {
  const { topicOf, listen } = at
  describe('pausing', () => {
    test('holds one partition, loses nothing of it, and the others go on', async () => {
      const topic = await topicOf(2)
      const { subscription, heard, values, whenHearing } = await listen(topic)
      whenHearing(([first]) => {
        if (first?.partition === 0) subscription.pause(first)
      })
      await at.broker.publish([record(topic, 0, 'slow')])
      await eventually(() => expect(values(0)).toEqual(['slow']))
      for (const value of numbered(20)) await at.broker.publish([record(topic, 0, value), record(topic, 1, value)])
      await eventually(() => expect(values(1)).toEqual(numbered(20)))
      expect(values(0)).toEqual(['slow'])
      whenHearing(() => {})
      subscription.resume({ topic, partition: 0 })
      await eventually(() => expect(values(0)).toEqual(['slow', ...numbered(20)]))
      expect(heard).toHaveLength(41)
    })

    test('over and over, as back pressure does, neither loses nor doubles nor disorders', async () => {
      const topic = await topicOf(2)
      const { subscription, values, whenHearing } = await listen(topic)
      whenHearing(([first]) => {
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

    test('is over with a new assignment', async () => {
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
