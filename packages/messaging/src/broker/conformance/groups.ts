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
    test('shares the partitions, equal numbers together', async () => {
      const { orders, bills, first, second } = await shared()
      for (const member of [first, second]) expect(numbers(member.assigned(), orders)).toEqual(numbers(member.assigned(), bills))
      expect([...numbers(first.assigned(), orders), ...numbers(second.assigned(), orders)].toSorted((a, b) => a - b)).toEqual([
        0, 1, 2, 3, 4, 5,
      ])
    })

    test('when one leaves, the other gets all, and what was not committed comes again', async () => {
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

    test('when one comes, nothing is lost', async () => {
      const topic = await topicOf(6)
      const first = await listen(topic)
      await at.broker.publish(numbered(60).map((value, index) => record(topic, index % 6, value)))
      const second = await listen(topic, first.group)
      await at.broker.publish(numbered(60, 'later-').map((value, index) => record(topic, index % 6, value)))
      await eventually(() => {
        const heard = new Set([...first.values(), ...second.values()])
        expect(heard).toEqual(new Set([...numbered(60), ...numbered(60, 'later-')]))
        expect(second.assigned()).toHaveLength(3)
      })
    })
  })
}
