import { describe, expect, test } from 'vitest'
import { eventually, numbered, record, type Fixture } from './fixture.ts'

const of = (topic: string, ...values: string[]) => values.map((value) => record(topic, 0, value))

export function transactions(at: Fixture): void {
  const { topicOf, listen, readAll } = at
  /** Every kind of transaction, side by side with records that are in none. */
  const mixed = async () => {
    const topic = await topicOf(1)
    await at.broker.publish(of(topic, 'plain'))
    await at.foreign.transaction(of(topic, 'gone-1', 'gone-2'), 'abort')
    await at.foreign.transaction(of(topic, 'kept-1', 'kept-2'), 'commit')
    await at.foreign.transaction(of(topic, 'gone-3'), 'abort')
    return { topic, shown: ['plain', 'kept-1', 'kept-2'] }
  }
  const end = async (topic: string) => (await at.broker.admin.offsets(topic))[0]?.latest

  describe('transactions of other clients', () => {
    test('records of an aborted transaction are shown neither to a subscriber nor to a reader', async () => {
      const { topic, shown } = await mixed()
      const { values } = await listen(topic)
      await at.broker.publish(of(topic, 'last'))
      await eventually(() => expect(values()).toEqual([...shown, 'last']))
      expect((await readAll(topic)).map(({ value }) => String(value))).toEqual([...shown, 'last'])
    })

    test('a transaction leaves no lag: committing its last record commits its end, too', async () => {
      const topic = await topicOf(1)
      await at.foreign.transaction(of(topic, ...numbered(3)), 'commit')
      const { received, subscription, group } = await listen(topic)
      await eventually(() => expect(received).toHaveLength(3))
      await subscription.commit([{ topic, partition: 0, offset: 2n }])
      expect(await at.broker.admin.committed(group, [topic])).toEqual([{ topic, partition: 0, offset: 2n }])
      await subscription.commit([{ topic, partition: 0, offset: 3n }])
      expect(await at.broker.admin.committed(group, [topic])).toEqual([{ topic, partition: 0, offset: await end(topic) }])
    })

    test('an aborted transaction leaves no lag once everything before it is committed', async () => {
      const { topic, shown } = await mixed()
      const { received, subscription, group } = await listen(topic)
      await eventually(() => expect(received).toHaveLength(shown.length))
      const committed = async () => (await at.broker.admin.committed(group, [topic]))[0]?.offset
      expect(await committed()).toBeUndefined()
      await subscription.commit(received.slice(-1).map(({ offset }) => ({ topic, partition: 0, offset: offset + 1n })))
      await eventually(async () => expect(await committed()).toBe(await end(topic)))
      await at.foreign.transaction(of(topic, 'gone-4'), 'abort')
      await eventually(async () => expect(await committed()).toBe(await end(topic)))
    })
  })
}
