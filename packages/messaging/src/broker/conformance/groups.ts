import { describe, expect, test } from 'vitest'
import type { TopicPartition } from '../port.ts'
import { eventually, numbered, record, type Fixture } from './fixture.ts'

const numbers = (partitions: readonly TopicPartition[], topic: string) =>
  partitions
    .filter((one) => one.topic === topic)
    .map(({ partition }) => partition)
    .toSorted((a, b) => a - b)

export function groupOfTwo(at: Fixture): void {
  const { topicOf, listen } = at
  const shared = async () => {
    const [orders, bills] = [await topicOf(6), await topicOf(6)]
    const first = await listen([orders, bills])
    const second = await listen([orders, bills], first.group)
    await eventually(() => {
      expect(first.assigned()).toHaveLength(6)
      expect(second.assigned()).toHaveLength(6)
    })
    return { orders, bills, first, second }
  }

  describe('a group of two', () => {
    test('two members share the partitions, and those with the same number stay together', async () => {
      const { orders, bills, first, second } = await shared()
      for (const member of [first, second]) expect(numbers(member.assigned(), orders)).toEqual(numbers(member.assigned(), bills))
      expect([...numbers(first.assigned(), orders), ...numbers(second.assigned(), orders)].toSorted((a, b) => a - b)).toEqual([
        0, 1, 2, 3, 4, 5,
      ])
    })

    test('when one member leaves, the other gets everything, and what was not committed is delivered again', async () => {
      const { orders, first, second } = await shared()
      const [mine = 0] = numbers(first.assigned(), orders)
      const [theirs = 0] = numbers(second.assigned(), orders)
      await at.broker.publish([record(orders, theirs, 'done'), record(orders, theirs, 'open'), record(orders, mine, 'mine')])
      await eventually(() => expect(second.values()).toEqual(['done', 'open']))
      await eventually(() => expect(first.values()).toEqual(['mine']))
      await first.subscription.commit([{ topic: orders, partition: mine, offset: 1n }])
      await second.subscription.commit([{ topic: orders, partition: theirs, offset: 1n }])
      await second.subscription.stop()
      await eventually(() => expect(first.assigned()).toHaveLength(12))
      await eventually(() => expect(first.values()).toEqual(['mine', 'open']))
    })

    test('when a member joins, no record is lost', async () => {
      const topic = await topicOf(6)
      const first = await listen(topic)
      await at.broker.publish(numbered(60).map((value, index) => record(topic, index % 6, value)))
      const second = await listen(topic, first.group)
      await at.broker.publish(numbered(60, 'later-').map((value, index) => record(topic, index % 6, value)))
      await eventually(() => {
        const received = new Set([...first.values(), ...second.values()])
        expect(received).toEqual(new Set([...numbered(60), ...numbered(60, 'later-')]))
        expect(second.assigned()).toHaveLength(3)
      })
    })

    test('members of one group may subscribe to different topics, as during a roll-out: each topic is assigned to those that subscribe to it', async () => {
      const [orders, refunds] = [await topicOf(6), await topicOf(6)]
      const old = await listen(orders)
      const renewed = await listen([orders, refunds], old.group)
      await eventually(() => {
        expect(numbers(renewed.assigned(), refunds)).toEqual([0, 1, 2, 3, 4, 5])
        expect(numbers(old.assigned(), orders)).toHaveLength(3)
        expect(numbers(renewed.assigned(), orders)).toHaveLength(3)
      })
      await at.broker.publish([record(refunds, 5, 'refund')])
      await eventually(() => expect(renewed.values()).toEqual(['refund']))
      expect(numbers(old.assigned(), refunds)).toEqual([])
    })
  })
}
