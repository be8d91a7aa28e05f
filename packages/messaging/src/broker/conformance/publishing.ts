import { describe, expect, test } from 'vitest'
import { partitionOf } from '../partitioner.ts'
import { BrokerUnavailable, RecordRefused, TopicMissing } from '../port.ts'
import { eventually, numbered, record, type Fixture } from './fixture.ts'

export function publishing(at: Fixture): void {
  const { newName, topicOf, readAll, listen } = at
  describe('publishing', () => {
    test('a record comes out as it went in', async () => {
      const topic = await topicOf(1)
      const value = Buffer.from([0, 1, 255])
      await at.broker.publish([
        { topic, key: 'a', value, headers: { one: 'text', bytes: Buffer.from([7]), twice: ['x', 'y'], none: undefined } },
        { topic, key: Buffer.from('b'), value: null, headers: {} },
      ])
      const [first, tombstone] = await readAll(topic)
      expect(first).toMatchObject({ topic, partition: 0, offset: 0n, key: Buffer.from('a'), value })
      expect(first?.headers).toEqual({
        one: Buffer.from('text'),
        bytes: Buffer.from([7]),
        twice: [Buffer.from('x'), Buffer.from('y')],
      })
      expect(first?.timestamp).toBeGreaterThan(Date.now() - 60_000)
      expect(tombstone).toMatchObject({ offset: 1n, key: Buffer.from('b'), value: null })
    })

    test('a record of another client comes with the time that it claims, whatever that is', async () => {
      const topic = await topicOf(1, { 'message.timestamp.after.max.ms': String(2n ** 63n - 1n) })
      const times = [-1, 0, 1_767_323_045, 1_767_323_045_000, 1_767_323_045_000_000, 1_767_323_045_000_000_000]
      const { received } = await listen(topic)
      await at.foreign.publish(times.map((timestamp) => ({ ...record(topic, 0, String(timestamp)), timestamp })))
      expect((await readAll(topic)).map(({ timestamp }) => timestamp)).toEqual(times)
      await eventually(() => expect(received.map(({ timestamp }) => timestamp)).toEqual(times))
    })

    test('a key decides the partition as in Kafka’s Java client', async () => {
      const topic = await topicOf(6)
      const keys = numbered(50, 'order-')
      await at.broker.publish(keys.map((key) => ({ topic, key, value: null, headers: {} })))
      const placed = new Map((await readAll(topic)).map(({ key, partition }) => [String(key), partition]))
      expect(placed).toEqual(new Map(keys.map((key) => [key, partitionOf(key, 6)])))
      expect(placed.get('order-0')).toBe(4)
    })

    test('a given partition takes precedence over the key', async () => {
      const topic = await topicOf(4)
      await at.broker.publish(numbered(4).map((value, partition) => record(topic, partition, value)))
      expect((await readAll(topic)).map(({ partition, value }) => [partition, String(value)])).toEqual([
        [0, '0'],
        [1, '1'],
        [2, '2'],
        [3, '3'],
      ])
    })

    test('all of many publishes at once are stored, each in its order', async () => {
      const topic = await topicOf(2)
      const publishes = numbered(20, 'publish-').map((one) => numbered(10, `${one}.`).map((value) => record(topic, 1, value)))
      await Promise.all(publishes.map((records) => at.broker.publish(records)))
      const read = (await readAll(topic)).map(({ value }) => String(value))
      expect(read).toHaveLength(200)
      for (const records of publishes) {
        const expected = records.map(({ value }) => String(value))
        expect(read.filter((value) => expected.includes(value))).toEqual(expected)
      }
    })

    test('one publish may have records of several topics', async () => {
      const [one, other] = [await topicOf(1), await topicOf(3)]
      await at.broker.publish([record(one, 0, 'a'), record(other, 2, 'b'), record(one, 0, 'c')])
      expect((await readAll(one)).map(({ value }) => String(value))).toEqual(['a', 'c'])
      expect((await readAll(other)).map(({ value }) => String(value))).toEqual(['b'])
    })

    test('publishing to a missing topic fails with TopicMissing; publishing to others goes on', async () => {
      const topic = await topicOf(1)
      await expect(at.broker.publish([record(newName(), 0, 'lost')])).rejects.toThrow(TopicMissing)
      await at.broker.publish([record(topic, 0, 'kept')])
      expect(await readAll(topic)).toHaveLength(1)
    })

    test('a missing topic fails only its own publish, not those that are sent at the same time', async () => {
      const topic = await topicOf(1)
      const missing = newName()
      const publishes = numbered(6).map((value) => at.broker.publish([record(value === '3' ? missing : topic, 0, value)]))
      const outcomes = await Promise.allSettled(publishes)
      expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, true, true, false, true, true])
      expect(outcomes[3]).toMatchObject({ reason: { name: 'TopicMissing' } })
      const stored = (await readAll(topic)).map(({ value }) => String(value))
      expect([...new Set(stored)].toSorted()).toEqual(['0', '1', '2', '4', '5'])
    })

    test('publishing goes on after a topic that was in use is deleted', async () => {
      const [staying, going] = [await topicOf(1), await topicOf(1)]
      await at.broker.publish([record(going, 0, 'before'), record(staying, 0, 'before')])
      await at.broker.admin.deleteTopics([going])
      // A broker deletes a topic a moment after it said so; and a publish that failed may have been stored.
      await eventually(() => expect(at.broker.publish([record(going, 0, 'after')])).rejects.toThrow(BrokerUnavailable))
      await eventually(() => at.broker.publish([record(staying, 0, 'after')]))
      const stored = (await readAll(staying)).map(({ value }) => String(value))
      expect([...new Set(stored)]).toEqual(['before', 'after'])
    })

    test('a record that is too large is refused, and the error names it', async () => {
      const topic = await topicOf(1)
      const large = { ...record(topic, 0, 'large'), value: Buffer.alloc(2_000_000) }
      const refused = at.broker.publish([record(topic, 0, 'small'), large])
      const error = await refused.catch((error: unknown) => error)
      expect(error).toBeInstanceOf(RecordRefused)
      expect(String(error)).toMatch(new RegExp(`${topic}.*2000\\d\\d\\d bytes.*large`))
      expect(error instanceof RecordRefused && error.record === large).toBe(true)
      await at.broker.publish([record(topic, 0, 'next')])
    })

    test('small records are not refused because there are many', async () => {
      const topic = await topicOf(1, { 'max.message.bytes': '20000' })
      const values = numbered(200)
      await at.broker.publish(values.map((value) => ({ ...record(topic, 0, value), headers: { padding: Buffer.alloc(1_000) } })))
      const firsts = [...new Set((await readAll(topic)).map(({ value }) => String(value)))]
      expect(firsts).toEqual(values)
    })

    test('a publish may be larger than one request', async () => {
      const topic = await topicOf(1)
      await at.broker.publish(
        numbered(30).map((value) => ({ ...record(topic, 0, value), headers: { padding: Buffer.alloc(100_000) } })),
      )
      expect((await readAll(topic)).map(({ value }) => String(value))).toEqual(numbered(30))
    })
  })
}
