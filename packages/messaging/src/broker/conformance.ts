import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { partitionOf } from './partitioner.ts'
import { BrokerUnavailable, RecordRefused } from './port.ts'
import type { Broker, BrokerRecord, OutgoingRecord, SubscriptionListener, TopicPartition } from './port.ts'

/** Generous: a busy machine, and a group whose other member only hears of a rebalance with its next heartbeat. */
const SOON = { timeout: 20_000, interval: 10 }

/** Writes down what a listener hears. */
export function journal() {
  const heard: BrokerRecord[] = []
  const assignments: (readonly TopicPartition[])[] = []
  let react: (records: readonly BrokerRecord[]) => void = () => {}
  const listener: SubscriptionListener = {
    onAssigned: (partitions) => void assignments.push(partitions),
    onRecords: (records) => {
      heard.push(...records)
      react(records)
    },
  }
  return {
    listener,
    heard,
    assignments,
    values: (partition?: number) =>
      heard.filter((record) => partition === undefined || record.partition === partition).map(({ value }) => String(value)),
    assigned: () => assignments.at(-1) ?? [],
    whenHearing: (reaction: (records: readonly BrokerRecord[]) => void) => {
      react = reaction
    },
  }
}

export const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, SOON)

export const record = (topic: string, partition: number, value: string): OutgoingRecord => ({
  topic,
  partition,
  key: value,
  value: Buffer.from(value),
  headers: {},
})

export const numbered = (count: number, prefix = '') => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** What every adapter of the port must do. `open` gives a connection of its own to an otherwise quiet broker. */
export function brokerConformance(name: string, open: () => Promise<Broker>): void {
  describe(name, () => {
    let broker: Broker
    const made: string[] = []
    const stops: (() => Promise<void>)[] = []

    beforeAll(async () => {
      broker = await open()
    })
    afterEach(async () => {
      await Promise.all(stops.splice(0).map((stop) => stop()))
      await broker.admin.deleteTopics(made.splice(0))
    })
    afterAll(() => broker.close())

    const newName = () => `conformance.${randomUUID()}`
    const topicOf = async (partitions: number, config: Record<string, string> = {}) => {
      const topic = newName()
      made.push(topic)
      await broker.admin.createTopics([{ topic, partitions, config }])
      return topic
    }
    const listen = async (topics: string | readonly string[], group = newName()) => {
      const heard = journal()
      const subscription = await broker.subscribe({ group, topics: [topics].flat(), listener: heard.listener })
      stops.push(() => subscription.stop())
      return { ...heard, subscription, group }
    }
    const readAll = async (topic: string, from?: { partition: number; offset: bigint }[]) => {
      const positions = from?.map((position) => ({ topic, ...position }))
      return collect(broker.admin.read(topic, positions === undefined ? {} : { from: positions }))
    }

    describe('publishing', () => {
      test('a record comes out as it went in', async () => {
        const topic = await topicOf(1)
        const value = Buffer.from([0, 1, 255])
        await broker.publish([
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

      test('a key decides the partition as in Kafka’s Java client', async () => {
        const topic = await topicOf(6)
        const keys = numbered(50, 'order-')
        await broker.publish(keys.map((key) => ({ topic, key, value: null, headers: {} })))
        const placed = new Map((await readAll(topic)).map(({ key, partition }) => [String(key), partition]))
        expect(placed).toEqual(new Map(keys.map((key) => [key, partitionOf(key, 6)])))
        expect(placed.get('order-0')).toBe(4)
      })

      test('a given partition goes before the key', async () => {
        const topic = await topicOf(4)
        await broker.publish(numbered(4).map((value, partition) => record(topic, partition, value)))
        expect((await readAll(topic)).map(({ partition, value }) => [partition, String(value)])).toEqual([
          [0, '0'],
          [1, '1'],
          [2, '2'],
          [3, '3'],
        ])
      })

      test('many publishes at once all arrive, each in its order', async () => {
        const topic = await topicOf(2)
        const publishes = numbered(20, 'publish-').map((one) => numbered(10, `${one}.`).map((value) => record(topic, 1, value)))
        await Promise.all(publishes.map((records) => broker.publish(records)))
        const read = (await readAll(topic)).map(({ value }) => String(value))
        expect(read).toHaveLength(200)
        for (const records of publishes) {
          const expected = records.map(({ value }) => String(value))
          expect(read.filter((value) => expected.includes(value))).toEqual(expected)
        }
      })

      test('records of several topics go in one publish', async () => {
        const [one, other] = [await topicOf(1), await topicOf(3)]
        await broker.publish([record(one, 0, 'a'), record(other, 2, 'b'), record(one, 0, 'c')])
        expect((await readAll(one)).map(({ value }) => String(value))).toEqual(['a', 'c'])
        expect((await readAll(other)).map(({ value }) => String(value))).toEqual(['b'])
      })

      test('a missing topic is the system’s fault, and hinders only who needs it', async () => {
        const topic = await topicOf(1)
        await expect(broker.publish([record(newName(), 0, 'lost')])).rejects.toThrow(BrokerUnavailable)
        await broker.publish([record(topic, 0, 'kept')])
        expect(await readAll(topic)).toHaveLength(1)
      })

      test('publishing goes on after a topic that was in use has gone', async () => {
        const [staying, going] = [await topicOf(1), await topicOf(1)]
        await broker.publish([record(going, 0, 'before'), record(staying, 0, 'before')])
        await broker.admin.deleteTopics([going])
        await expect(broker.publish([record(going, 0, 'after')])).rejects.toThrow(BrokerUnavailable)
        await eventually(() => broker.publish([record(staying, 0, 'after')]))
        expect((await readAll(staying)).map(({ value }) => String(value))).toEqual(['before', 'after'])
      })

      test('a record that is too large is refused by name', async () => {
        const topic = await topicOf(1)
        const large = { ...record(topic, 0, 'large'), value: Buffer.alloc(2_000_000) }
        const refused = broker.publish([record(topic, 0, 'small'), large])
        const error = await refused.catch((error: unknown) => error)
        expect(error).toBeInstanceOf(RecordRefused)
        expect(String(error)).toMatch(new RegExp(`${topic}.*2000\\d\\d\\d bytes.*large`))
        expect(error instanceof RecordRefused && error.record === large).toBe(true)
        await broker.publish([record(topic, 0, 'next')])
      })

      test('small records are not refused for being many', async () => {
        const topic = await topicOf(1, { 'max.message.bytes': '20000' })
        const values = numbered(200)
        await broker.publish(values.map((value) => ({ ...record(topic, 0, value), headers: { padding: Buffer.alloc(1_000) } })))
        const firsts = [...new Set((await readAll(topic)).map(({ value }) => String(value)))]
        expect(firsts).toEqual(values)
      })

      test('a publish may be larger than one request', async () => {
        const topic = await topicOf(1)
        await broker.publish(
          numbered(30).map((value) => ({ ...record(topic, 0, value), headers: { padding: Buffer.alloc(100_000) } })),
        )
        expect((await readAll(topic)).map(({ value }) => String(value))).toEqual(numbered(30))
      })
    })

    describe('subscribing', () => {
      test('a new group begins with the first record, and hears each partition in order', async () => {
        const topic = await topicOf(3)
        const values = (partition: number) => numbered(40, `${partition}.`)
        const all = [0, 1, 2].flatMap((partition) => values(partition).map((value) => record(topic, partition, value)))
        await broker.publish(all.slice(0, 60))
        const { values: heard, assigned } = await listen(topic)
        expect(assigned()).toHaveLength(3)
        await broker.publish(all.slice(60))
        await eventually(() => expect(heard()).toHaveLength(120))
        for (const partition of [0, 1, 2]) expect(heard(partition)).toEqual(values(partition))
      })

      test('waits for a topic that does not exist yet', async () => {
        const topic = newName()
        made.push(topic)
        const heard = journal()
        const subscribing = broker.subscribe({ group: newName(), topics: [topic], listener: heard.listener })
        await broker.admin.createTopics([{ topic, partitions: 2, config: {} }])
        await broker.publish([record(topic, 0, 'first')])
        const subscription = await subscribing
        stops.push(() => subscription.stop())
        await eventually(() => expect(heard.values()).toEqual(['first']))
      })

      test('goes on behind what was committed; what was not, comes again', async () => {
        const topic = await topicOf(1)
        await broker.publish(numbered(10).map((value) => record(topic, 0, value)))
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
        await broker.publish([record(topic, 0, 'late')])
        await eventually(() => expect(other.values()).toEqual(['late']))
        expect(stopped.values()).toEqual([])
      })
    })

    describe('pausing', () => {
      test('holds one partition, loses nothing of it, and the others go on', async () => {
        const topic = await topicOf(2)
        const { subscription, heard, values, whenHearing } = await listen(topic)
        whenHearing(([first]) => {
          if (first?.partition === 0) subscription.pause(first)
        })
        await broker.publish([record(topic, 0, 'slow')])
        await eventually(() => expect(values(0)).toEqual(['slow']))
        for (const value of numbered(20)) await broker.publish([record(topic, 0, value), record(topic, 1, value)])
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
        for (const value of sent) await broker.publish([record(topic, 0, value), record(topic, 1, value)])
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
        await broker.publish([record(topic, 0, 'zero'), record(topic, 1, 'one')])
        await eventually(() => expect([...first.values(), ...second.values()].toSorted()).toEqual(['one', 'zero']))
      })
    })

    describe('committing', () => {
      const heardTen = async () => {
        const topic = await topicOf(2)
        await broker.publish(numbered(10).map((value) => record(topic, 0, value)))
        const listening = await listen(topic)
        await eventually(() => expect(listening.heard).toHaveLength(10))
        const at = (offset: bigint, partition = 0) => ({ topic, partition, offset })
        return { topic, at, ...listening, committed: () => broker.admin.committed(listening.group, [topic]) }
      }

      test('never goes back', async () => {
        const { subscription, at, committed } = await heardTen()
        await subscription.commit([at(8n)])
        await subscription.commit([at(3n)])
        expect(await committed()).toEqual([at(8n)])
      })

      test('many at once come to the furthest', async () => {
        const { subscription, at, committed } = await heardTen()
        await Promise.all([4n, 2n, 7n, 5n].map((offset) => subscription.commit([at(offset)])))
        expect(await committed()).toEqual([at(7n)])
      })

      test('leaves out what was not delivered: it is a straggler of an earlier assignment', async () => {
        const { topic, subscription, at, committed } = await heardTen()
        await subscription.commit([at(2n), at(1n, 1), { topic: `${topic}.other`, partition: 0, offset: 1n }])
        expect(await committed()).toEqual([at(2n)])
      })

      test('is possible from outside while nobody is in the group, and only then', async () => {
        const { subscription, group, at, committed } = await heardTen()
        await expect(broker.admin.commit(group, [at(4n)])).rejects.toThrow(/running members/)
        await subscription.stop()
        await broker.admin.commit(group, [at(4n), at(0n, 1)])
        expect((await committed()).toSorted((a, b) => a.partition - b.partition)).toEqual([at(4n), at(0n, 1)])
        await broker.admin.commit(group, [at(1n)])
        expect(await committed()).toContainEqual(at(1n))
      })
    })

    describe('a group of two', () => {
      const numbers = (partitions: readonly TopicPartition[], topic: string) =>
        partitions
          .filter((one) => one.topic === topic)
          .map(({ partition }) => partition)
          .toSorted()

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

      test('shares the partitions, equal numbers together', async () => {
        const { orders, bills, first, second } = await shared()
        for (const member of [first, second])
          expect(numbers(member.assigned(), orders)).toEqual(numbers(member.assigned(), bills))
        expect([...numbers(first.assigned(), orders), ...numbers(second.assigned(), orders)].toSorted()).toEqual([
          0, 1, 2, 3, 4, 5,
        ])
      })

      test('when one leaves, the other gets all, and what was not committed comes again', async () => {
        const { orders, first, second } = await shared()
        const [mine = 0] = numbers(first.assigned(), orders)
        const [theirs = 0] = numbers(second.assigned(), orders)
        await broker.publish([record(orders, theirs, 'done'), record(orders, theirs, 'open'), record(orders, mine, 'mine')])
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
        await broker.publish(numbered(60).map((value, index) => record(topic, index % 6, value)))
        const second = await listen(topic, first.group)
        await broker.publish(numbered(60, 'later-').map((value, index) => record(topic, index % 6, value)))
        await eventually(() => {
          const heard = new Set([...first.values(), ...second.values()])
          expect(heard).toEqual(new Set([...numbered(60), ...numbered(60, 'later-')]))
          expect(second.assigned()).toHaveLength(3)
        })
      })
    })

    describe('administration', () => {
      test('topics are made once, and found', async () => {
        const [one, other] = [await topicOf(2), newName()]
        made.push(other)
        const spec = (topic: string) => ({ topic, partitions: 5, config: { 'retention.ms': '-1' } })
        expect(await broker.admin.createTopics([spec(one), spec(other)])).toEqual([other])
        expect(await broker.admin.createTopics([spec(one), spec(other)])).toEqual([])
        expect(await broker.admin.partitions([one, other, newName()])).toEqual(
          new Map([
            [one, 2],
            [other, 5],
          ]),
        )
        expect(await broker.admin.topics()).toEqual(expect.arrayContaining([one, other]))
      })

      test('a deleted topic is gone; deleting it again is no error', async () => {
        const topic = await topicOf(1)
        await broker.admin.deleteTopics([topic])
        await eventually(async () => expect(await broker.admin.partitions([topic])).toEqual(new Map()))
        await broker.admin.deleteTopics([topic])
      })

      test('offsets tell what there is', async () => {
        const topic = await topicOf(2)
        await broker.publish([record(topic, 1, 'a'), record(topic, 1, 'b')])
        expect(await broker.admin.offsets(topic)).toEqual([
          { partition: 0, earliest: 0n, latest: 0n },
          { partition: 1, earliest: 0n, latest: 2n },
        ])
      })

      test('a group that never committed has no positions', async () => {
        expect(await broker.admin.committed(newName(), [await topicOf(2)])).toEqual([])
      })

      test('reading ends at the present end', async () => {
        const topic = await topicOf(2)
        expect(await readAll(topic)).toEqual([])
        await broker.publish([record(topic, 0, 'a'), record(topic, 1, 'b'), record(topic, 1, 'c')])
        const read: string[] = []
        for await (const { value } of broker.admin.read(topic)) {
          read.push(String(value))
          await broker.publish([record(topic, 1, 'later')])
        }
        expect(read).toEqual(['a', 'b', 'c'])
      })

      test('reading may begin in the middle', async () => {
        const topic = await topicOf(2)
        await broker.publish(numbered(6).map((value) => record(topic, 1, value)))
        expect((await readAll(topic, [{ partition: 1, offset: 4n }])).map(({ offset }) => offset)).toEqual([4n, 5n])
        expect(await readAll(topic, [{ partition: 1, offset: 6n }])).toEqual([])
      })

      test('a reader may leave before the end', async () => {
        const topic = await topicOf(1)
        await broker.publish(numbered(6).map((value) => record(topic, 0, value)))
        for await (const { offset } of broker.admin.read(topic)) if (offset === 2n) break
        expect(await readAll(topic)).toHaveLength(6)
      })
    })
  })
}
