import { describe, expect, test } from 'vitest'
import { eventually, numbered, record, type Fixture } from './fixture.ts'

export function committing(at: Fixture): void {
  const { topicOf, listen } = at
  const receivedTen = async () => {
    const topic = await topicOf(2)
    await at.broker.publish(numbered(10).map((value) => record(topic, 0, value)))
    const listening = await listen(topic)
    await eventually(() => expect(listening.received).toHaveLength(10))
    const upTo = (offset: bigint, partition = 0) => ({ topic, partition, offset })
    return { topic, upTo, ...listening, committed: () => at.broker.admin.committed(listening.group, [topic]) }
  }

  describe('committing', () => {
    test('a commit never goes back', async () => {
      const { subscription, upTo, committed } = await receivedTen()
      await subscription.commit([upTo(8n)])
      await subscription.commit([upTo(3n)])
      expect(await committed()).toEqual([upTo(8n)])
    })

    test('many commits at once end at the furthest position', async () => {
      const { subscription, upTo, committed } = await receivedTen()
      await Promise.all([4n, 2n, 7n, 5n].map((offset) => subscription.commit([upTo(offset)])))
      expect(await committed()).toEqual([upTo(7n)])
    })

    test('a commit of what was not delivered is left out, since it comes late from an earlier assignment', async () => {
      const { topic, subscription, upTo, committed } = await receivedTen()
      await subscription.commit([upTo(2n), upTo(1n, 1), { topic: `${topic}.other`, partition: 0, offset: 1n }])
      expect(await committed()).toEqual([upTo(2n)])
    })

    test('positions can be set from outside while the group has no members, and only then', async () => {
      const { subscription, group, upTo, committed } = await receivedTen()
      await expect(at.broker.admin.commit(group, [upTo(4n)])).rejects.toThrow(/running members/)
      await subscription.stop()
      await at.broker.admin.commit(group, [upTo(4n), upTo(0n, 1)])
      expect((await committed()).toSorted((a, b) => a.partition - b.partition)).toEqual([upTo(4n), upTo(0n, 1)])
      await at.broker.admin.commit(group, [upTo(1n)])
      expect(await committed()).toContainEqual(upTo(1n))
    })
  })
}
