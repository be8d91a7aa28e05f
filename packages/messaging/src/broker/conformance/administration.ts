import { describe, expect, test } from 'vitest'
import { GroupIsRunning } from '../port.ts'
import { eventually, numbered, record, recordingListener, type Fixture } from './fixture.ts'

export function administration(at: Fixture): void {
  const { newName, topicOf, readAll } = at
  /** What a group receives of a topic of five, of which the first three are deleted, and what it is told that it lost. */
  const receivedBehind = async (committed: bigint | undefined) => {
    const [topic, group] = [await topicOf(1), newName()]
    await at.broker.publish(numbered(5).map((value) => record(topic, 0, value)))
    if (committed !== undefined) await at.broker.admin.commit(group, [{ topic, partition: 0, offset: committed }])
    await at.broker.admin.deleteRecords([{ topic, partition: 0, offset: 3n }])
    const lost: number[] = []
    const { listener, values } = recordingListener()
    const listening = { ...listener, onLost: (_: unknown, offsets: number) => void lost.push(offsets) }
    const subscription = await at.broker.subscribe({ group, topics: [topic], listener: listening })
    at.atEnd(() => subscription.stop())
    await eventually(() => expect(values().at(-1)).toBe('4'))
    return { values: values(), lost }
  }
  describe('administration', () => {
    test('topics are created once, and found', async () => {
      const [one, other] = [await topicOf(2), newName()]
      at.forget(other)
      const specs = [one, other].map((topic) => ({ topic, partitions: 5, config: { 'retention.ms': '-1' } }))
      expect(await at.broker.admin.createTopics(specs)).toEqual([other])
      expect(await at.broker.admin.createTopics(specs)).toEqual([])
      const strange = ['', ' ', '.', '..', 'no topic', 'ünknown', 'long'.repeat(100)]
      expect(await at.broker.admin.partitions([one, other, newName(), ...strange])).toEqual(
        new Map([
          [one, 2],
          [other, 5],
        ]),
      )
      expect(await at.broker.admin.topics()).toEqual(expect.arrayContaining([one, other]))
    })

    test('a deleted topic is gone, and deleting it again is no error', async () => {
      const topic = await topicOf(1)
      await at.broker.admin.deleteTopics([topic])
      await eventually(async () => expect(await at.broker.admin.partitions([topic])).toEqual(new Map()))
      await at.broker.admin.deleteTopics([topic])
    })

    test('deleting a topic deletes the positions of its groups', async () => {
      const [topic, group] = [await topicOf(1), newName()]
      await at.broker.admin.commit(group, [{ topic, partition: 0, offset: 1n }])
      await at.broker.admin.deleteTopics([topic])
      await eventually(async () => expect(await at.broker.admin.partitions([topic])).toEqual(new Map()))
      await at.broker.admin.createTopics([{ topic, partitions: 1, config: {} }])
      await eventually(async () => expect(await at.broker.admin.committed(group, [topic])).toEqual([]))
    })

    test('what lies before a position is deleted, and reading begins there', async () => {
      const topic = await topicOf(2)
      await at.broker.publish([...numbered(5).map((value) => record(topic, 1, value)), record(topic, 0, 'other')])
      const before = { topic, partition: 1, offset: 3n }
      for (let time = 0; time < 2; time += 1) await at.broker.admin.deleteRecords([before])
      expect(await at.broker.admin.offsets(topic)).toEqual([
        { partition: 0, earliest: 0n, latest: 1n },
        { partition: 1, earliest: 3n, latest: 5n },
      ])
      expect((await readAll(topic)).map(({ value }) => String(value))).toEqual(['other', '3', '4'])
      expect((await readAll(topic, [{ partition: 1, offset: 1n }])).map(({ value }) => String(value))).toEqual([
        'other',
        '3',
        '4',
      ])
      await at.broker.admin.deleteRecords([{ topic, partition: 1, offset: 2n }])
      expect(await readAll(topic)).toHaveLength(3)
    })

    test('a position beyond the end deletes all, and the next record comes behind it', async () => {
      const topic = await topicOf(1)
      await at.broker.publish([record(topic, 0, 'a'), record(topic, 0, 'b')])
      await at.broker.admin.deleteRecords([{ topic, partition: 0, offset: 10n }])
      expect(await at.broker.admin.offsets(topic)).toEqual([{ partition: 0, earliest: 2n, latest: 2n }])
      await at.broker.publish([record(topic, 0, 'c')])
      expect((await readAll(topic)).map(({ offset }) => offset)).toEqual([2n])
    })

    test('a group that had not read what is deleted is told how much, and goes on behind it', async () => {
      expect(await receivedBehind(1n)).toEqual({ values: ['3', '4'], lost: [2] })
    })

    test('a group that is new, or that had read what is deleted, has lost nothing', async () => {
      expect(await receivedBehind(undefined)).toEqual({ values: ['3', '4'], lost: [] })
      expect(await receivedBehind(4n)).toEqual({ values: ['4'], lost: [] })
    })

    test('the offsets of a topic are those of its first and its next record', async () => {
      const topic = await topicOf(2)
      await at.broker.publish([record(topic, 1, 'a'), record(topic, 1, 'b')])
      expect(await at.broker.admin.offsets(topic)).toEqual([
        { partition: 0, earliest: 0n, latest: 0n },
        { partition: 1, earliest: 0n, latest: 2n },
      ])
    })

    test('where records since a time begin is known in each partition, and is the end where there are none', async () => {
      const topic = await topicOf(2)
      await at.broker.publish([record(topic, 1, 'a'), record(topic, 1, 'b')])
      const [first, second] = await readAll(topic)
      const since = async (time = 0) => at.broker.admin.offsetsSince(topic, time)
      const positions = (offset: bigint) => [
        { topic, partition: 0, offset: 0n },
        { topic, partition: 1, offset },
      ]
      expect(await since(0)).toEqual(positions(0n))
      expect(await since(first?.timestamp)).toEqual(positions(0n))
      expect(await since((second?.timestamp ?? 0) + 1)).toEqual(positions(2n))
    })

    test('at one look there are all topics and groups with a prefix, how far each has come, and who is a member', async () => {
      const [topic, group] = [await topicOf(2), newName()]
      await at.broker.publish([record(topic, 1, 'a'), record(topic, 1, 'b')])
      await at.broker.admin.commit(group, [{ topic, partition: 1, offset: 1n }])
      const seen = await at.broker.admin.overview(topic)
      expect(seen.brokers).toBe(1)
      expect(seen.partitions.toSorted((a, b) => a.partition - b.partition)).toEqual([
        { topic, partition: 0, earliest: 0n, latest: 0n, underReplicated: false },
        { topic, partition: 1, earliest: 0n, latest: 2n, underReplicated: false },
      ])
      expect(seen.groups).toEqual([])
      const all = await at.broker.admin.overview('')
      expect(all.groups).toContainEqual({ group, members: 0, positions: [{ topic, partition: 1, offset: 1n }] })
      const joined = await at.broker.subscribe({ group, topics: [topic], listener: { onAssigned() {}, onRecords() {} } })
      const { groups } = await at.broker.admin.overview(group)
      expect(groups).toMatchObject([{ group, members: 1 }])
      await joined.stop()
    })

    test('when the first record behind a position was appended is known without reading more', async () => {
      const topic = await topicOf(1)
      await at.broker.publish([record(topic, 0, 'a'), record(topic, 0, 'b')])
      const [, second] = await readAll(topic)
      const asked = [0n, 1n, 2n].map((offset) => ({ topic, partition: 0, offset }))
      const [first, next, none] = await at.broker.admin.appendedAt(asked)
      expect(first).toBeLessThanOrEqual(next ?? 0)
      expect([next, none]).toEqual([second?.timestamp, undefined])
    })

    test('the largest batch that a topic takes is its own setting, or else the broker’s', async () => {
      const [one, other] = [await topicOf(1, { 'max.message.bytes': '20000' }), await topicOf(1)]
      const limits = await at.broker.admin.maxMessageBytes([one, other, newName()])
      expect(limits).toEqual(
        new Map([
          [one, 20_000],
          [other, 1_048_588],
        ]),
      )
      expect(await at.broker.admin.maxMessageBytes([])).toEqual(new Map())
    })

    test('a topic is compacted when its settings say so, and one that does not exist is not', async () => {
      expect(await at.broker.admin.isCompacted(await topicOf(1, { 'cleanup.policy': 'compact' }))).toBe(true)
      expect(await at.broker.admin.isCompacted(await topicOf(1, { 'cleanup.policy': 'compact,delete' }))).toBe(true)
      expect(await at.broker.admin.isCompacted(await topicOf(1, { 'cleanup.policy': 'delete' }))).toBe(false)
      expect(await at.broker.admin.isCompacted(newName())).toBe(false)
    })

    test('a topic has as many copies as the brokers can keep, and its own setting says how many must be in sync', async () => {
      const [one, other] = [await topicOf(2), await topicOf(1)]
      const { brokers, topics } = await at.broker.admin.durability([one, other, newName()])
      expect(brokers).toBe(1)
      expect(topics).toEqual(new Map([one, other].map((topic) => [topic, { replicas: 1, minInSync: 1 }])))
      expect(await at.broker.admin.durability([])).toEqual({ brokers: 1, topics: new Map() })
    })

    test('a group that never committed has no positions', async () => {
      expect(await at.broker.admin.committed(newName(), [await topicOf(2)])).toEqual([])
    })

    test('a group is deleted with its positions, and deleting it again is no error', async () => {
      const [topic, group] = [await topicOf(1), newName()]
      await at.broker.admin.commit(group, [{ topic, partition: 0, offset: 1n }])
      expect(await at.broker.admin.deleteGroups([group, newName()])).toEqual([group])
      expect(await at.broker.admin.committed(group, [topic])).toEqual([])
      expect(await at.broker.admin.deleteGroups([group])).toEqual([])
    })

    test('the members of a group are counted, and a group that has some is not deleted', async () => {
      const [topic, none] = [await topicOf(2), newName()]
      const { group, subscription } = await at.listen(topic)
      await at.listen(topic, group)
      await eventually(async () => {
        expect(await at.broker.admin.members([group, none])).toEqual(
          new Map([
            [group, 2],
            [none, 0],
          ]),
        )
      })
      await subscription.stop()
      await expect(at.broker.admin.deleteGroups([group])).rejects.toThrow(GroupIsRunning)
    })

    test('reading ends at what was the end when it began', async () => {
      const topic = await topicOf(2)
      expect(await readAll(topic)).toEqual([])
      await at.broker.publish([record(topic, 0, 'a'), record(topic, 1, 'b'), record(topic, 1, 'c')])
      const read: string[] = []
      for await (const { value } of at.broker.admin.read(topic)) {
        read.push(String(value))
        await at.broker.publish([record(topic, 1, 'later')])
      }
      expect(read).toEqual(['a', 'b', 'c'])
    })

    test('reading may begin in the middle', async () => {
      const topic = await topicOf(2)
      await at.broker.publish(numbered(6).map((value) => record(topic, 1, value)))
      expect((await readAll(topic, [{ partition: 1, offset: 4n }])).map(({ offset }) => offset)).toEqual([4n, 5n])
      expect(await readAll(topic, [{ partition: 1, offset: 6n }])).toEqual([])
    })

    test('a reader may leave before the end', async () => {
      const topic = await topicOf(1)
      await at.broker.publish(numbered(6).map((value) => record(topic, 0, value)))
      for await (const { offset } of at.broker.admin.read(topic)) if (offset === 2n) break
      expect(await readAll(topic)).toHaveLength(6)
    })
  })
}
