import { describe, expect, test } from 'vitest'
import type { KnownPosition, SubscribeOptions } from '../port.ts'
import { eventually, type Fixture, numbered, record, recordingListener } from './fixture.ts'

interface Group {
  /** What the group has committed. */
  readonly committed?: bigint
  readonly goOnFrom: SubscribeOptions['goOnFrom']
}

/** Where a group goes on that Kafka has forgotten, because it was away for long. */
export function goingOn(at: Fixture): void {
  const lastThere = new Date('2030-01-02T03:04:05.000Z')
  const known = (topic: string, offset: bigint, partition = 0): KnownPosition => ({ topic, partition, offset, at: lastThere })

  /** A topic of five. @returns what a group receives of it, and what it is told that it lost */
  const listening = async (topic: string, { committed, goOnFrom }: Group) => {
    const group = at.newName()
    if (committed !== undefined) await at.broker.admin.commit(group, [{ topic, partition: 0, offset: committed }])
    const lost: unknown[] = []
    const { listener, values } = recordingListener()
    const onLost = (_: unknown, offsets: number, since?: Date) => void lost.push({ offsets, since })
    const subscription = await at.broker.subscribe({
      group,
      topics: [topic],
      listener: { ...listener, onLost },
      ...(goOnFrom !== undefined && { goOnFrom }),
    })
    at.atEnd(() => subscription.stop())
    return { group, values, lost }
  }
  const topicOfFive = async () => {
    const topic = await at.topicOf(1)
    await at.broker.publish(numbered(5).map((value) => record(topic, 0, value)))
    return topic
  }

  describe('going on', () => {
    test('a group without a position, or with an older one, goes on from where it is known to have been', async () => {
      const topic = await topicOfFive()
      const goOnFrom = async () => [known(topic, 3n)]
      for (const committed of [undefined, 0n, 2n]) {
        const { values } = await listening(topic, { goOnFrom, ...(committed !== undefined && { committed }) })
        await eventually(() => expect(values()).toEqual(['3', '4']))
      }
    })

    test('a group that is further goes on from its own position', async () => {
      const topic = await topicOfFive()
      const { values } = await listening(topic, { committed: 4n, goOnFrom: async () => [known(topic, 3n)] })
      await eventually(() => expect(values()).toEqual(['4']))
    })

    test('where nothing is known, a group without a position begins with the first record', async () => {
      const topic = await topicOfFive()
      const { values } = await listening(topic, { goOnFrom: async () => [known(topic, 3n, 1), known('another', 3n)] })
      await eventually(() => expect(values()).toEqual(numbered(5)))
    })

    test('the group has that position from then on, although nothing new comes', async () => {
      const topic = await topicOfFive()
      const { group } = await listening(topic, { goOnFrom: async () => [known(topic, 5n)] })
      const position = { topic, partition: 0, offset: 5n }
      await eventually(async () => expect(await at.broker.admin.committed(group, [topic])).toEqual([position]))
    })

    test('what was deleted before it was read is told, with how much it was and since when, also when nothing is left', async () => {
      const topic = await topicOfFive()
      await at.broker.admin.deleteRecords([{ topic, partition: 0, offset: 5n }])
      const { lost, values } = await listening(topic, { goOnFrom: async () => [known(topic, 2n)] })
      await eventually(() => expect(lost).toEqual([{ offsets: 3, since: lastThere }]))
      await at.broker.publish([record(topic, 0, 'next')])
      await eventually(() => expect(values()).toEqual(['next']))
      expect(lost).toHaveLength(1)
    })

    test('nothing is delivered before it is known where to go on', async () => {
      const topic = await topicOfFive()
      const { promise, resolve } = Promise.withResolvers<KnownPosition[]>()
      const asked = Promise.withResolvers<void>()
      const { values } = await listening(topic, {
        goOnFrom: () => {
          asked.resolve()
          return promise
        },
      })
      await asked.promise
      const other = await listening(topic, { goOnFrom: undefined })
      await eventually(() => expect(other.values()).toEqual(numbered(5)))
      expect(values()).toEqual([])
      resolve([known(topic, 4n)])
      await eventually(() => expect(values()).toEqual(['4']))
    })

    test('a topic has an id, and another one when it is made again', async () => {
      const [topic, other] = [await at.topicOf(1), await at.topicOf(1)]
      const ids = await at.broker.admin.topicIds([topic, other, at.newName()])
      expect(new Set(ids.values()).size).toBe(2)
      expect(await at.broker.admin.topicIds([topic])).toEqual(new Map([[topic, ids.get(topic)]]))
      await at.broker.admin.deleteTopics([topic])
      await eventually(async () => expect(await at.broker.admin.partitions([topic])).toEqual(new Map()))
      await at.broker.admin.createTopics([{ topic, partitions: 1, config: {} }])
      const again = (await at.broker.admin.topicIds([topic])).get(topic)
      expect(again).toBeTypeOf('string')
      expect(again).not.toBe(ids.get(topic))
    })

    test('a position in a former topic of the name says nothing, nor does what the group has committed there', async () => {
      const topic = await topicOfFive()
      const goOnFrom = async () => [{ ...known(topic, 3n), isOfFormerTopic: true }]
      const { values } = await listening(topic, { committed: 4n, goOnFrom })
      await eventually(() => expect(values()).toEqual(numbered(5)))
    })

    test('while a topic is not there the others go on, and when it is made again it is read from its beginning', async () => {
      const [topic, other] = [await topicOfFive(), await at.topicOf(1)]
      const { listener, values, received } = recordingListener()
      const missing: (readonly string[])[] = []
      const told = { ...listener, onMissing: (topics: readonly string[]) => void missing.push(topics) }
      const subscription = await at.broker.subscribe({ group: at.newName(), topics: [topic, other], listener: told })
      at.atEnd(() => subscription.stop())
      await eventually(() => expect(values()).toEqual(numbered(5)))
      await subscription.commit([{ topic, partition: 0, offset: 5n }])

      await at.broker.admin.deleteTopics([topic])
      await eventually(() => expect(missing).toEqual([[topic]]))
      await at.broker.publish([record(other, 0, 'meanwhile')])
      await eventually(() => expect(values().slice(5)).toEqual(['meanwhile']))
      await at.broker.admin.createTopics([{ topic, partitions: 2, config: {} }])
      const again = numbered(7, 'again ').map((value) => record(topic, 0, value))
      await at.broker.publish([...again, record(topic, 1, 'one more partition')])

      const ofTopic = () => received.filter((each) => each.topic === topic).map(({ value }) => String(value))
      const later = () => [...new Set(ofTopic().slice(5))].toSorted()
      await eventually(() => expect(later()).toEqual([...numbered(7, 'again '), 'one more partition']))
      expect(missing).toEqual([[topic], []])
    })

    test('with the question come the ids of the topics that are subscribed', async () => {
      const topic = await topicOfFive()
      const asked: (string | undefined)[] = []
      await listening(topic, {
        goOnFrom: async (ids) => {
          asked.push(ids.get(topic))
          return []
        },
      })
      await eventually(() => expect(asked).toHaveLength(1))
      expect(asked).toEqual([(await at.broker.admin.topicIds([topic])).get(topic)])
    })
  })
}
