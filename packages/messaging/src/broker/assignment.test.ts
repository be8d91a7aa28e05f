import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assignment, type GroupMembership } from './assignment.ts'
import type { TopicPartition } from './port.ts'

const TOPICS = ['orders', 'bills', 'refunds']
const partitions = fc
  .record({ orders: fc.nat(15), bills: fc.nat(15), refunds: fc.nat(15) })
  .map((counts) => new Map(Object.entries(counts)))
const ids = (max: number) => fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: max })
const lanes = (count: number) => new Map(TOPICS.slice(0, 2).map((topic) => [topic, count]))

const alike = (members: readonly string[]): GroupMembership[] => members.map((id) => ({ id, topics: TOPICS, lanes: [] }))
const numbers = (partitions: readonly TopicPartition[] = [], topic: string) =>
  partitions.filter((one) => one.topic === topic).map(({ partition }) => partition)

/** In an order that does not depend on how it came about. */
const sorted = (assigned: ReadonlyMap<string, readonly TopicPartition[]>) =>
  [...assigned]
    .map(
      ([id, partitions]) =>
        `${id}: ${partitions
          .map(({ topic, partition }) => `${topic}/${partition}`)
          .toSorted()
          .join()}`,
    )
    .toSorted()

/** Lane → member. @param before who has which lane now */
function owners(members: readonly string[], count: number, before: ReadonlyMap<number, string> = new Map()): Map<number, string> {
  const lanesOf = (member: string) => [...before].flatMap(([lane, owner]) => (owner === member ? [lane] : []))
  const group = members.map((id) => ({ id, topics: TOPICS, lanes: lanesOf(id) }))
  const assigned = assignment(group, lanes(count))
  return new Map([...assigned].flatMap(([id, partitions]) => numbers(partitions, 'orders').map((lane) => [lane, id] as const)))
}

describe('an assignment', () => {
  test('each partition is assigned to exactly one member, and that member subscribes to its topic', () => {
    const members = ids(8).chain((all) =>
      fc.tuple(
        ...all.map((id) => fc.record({ id: fc.constant(id), topics: fc.subarray(TOPICS), lanes: fc.subarray([0, 1, 2, 3]) })),
      ),
    )
    fc.assert(
      fc.property(members, partitions, (group, counts) => {
        const assigned = assignment(group, counts)
        for (const [topic, count] of counts) {
          const subscribers = group.filter(({ topics }) => topics.includes(topic)).map(({ id }) => id)
          const given = [...assigned].filter(([, partitions]) => numbers(partitions, topic).length > 0).map(([id]) => id)
          expect(subscribers).toEqual(expect.arrayContaining(given))
          const all = [...assigned.values()].flatMap((partitions) => numbers(partitions, topic))
          expect(all.toSorted((a, b) => a - b)).toEqual(
            subscribers.length === 0 ? [] : Array.from({ length: count }, (_, number) => number),
          )
        }
      }),
    )
  })

  test('partitions with the same number are assigned to the same member when all members subscribe to the same topics', () => {
    fc.assert(
      fc.property(ids(8), partitions, (members, counts) => {
        const owner = new Map<number, string>()
        for (const [id, partitions] of assignment(alike(members), counts))
          for (const { partition } of partitions) {
            expect(owner.get(partition) ?? id).toBe(id)
            owner.set(partition, id)
          }
      }),
    )
  })

  test('no member gets more than one lane more than another', () => {
    fc.assert(
      fc.property(ids(12), fc.integer({ min: 1, max: 40 }), (members, count) => {
        const assigned = assignment(alike(members), lanes(count))
        const counts = [...assigned.values()].map((partitions) => numbers(partitions, 'orders').length)
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('the assignment does not depend on the order in which members and topics are listed', () => {
    fc.assert(
      fc.property(ids(6), partitions, fc.infiniteStream(fc.nat()), (members, counts, random) => {
        const shuffled = members.toSorted(() => (Number(random.next().value) % 2) - 0.5)
        expect(sorted(assignment(alike(shuffled), new Map([...counts].toReversed())))).toEqual(
          sorted(assignment(alike(members), counts)),
        )
      }),
    )
  })

  const groupsOfLanes = fc.tuple(fc.uniqueArray(fc.uuid(), { minLength: 2, maxLength: 12 }), fc.integer({ min: 1, max: 40 }))

  test('when a member joins, only those lanes move that are its share', () => {
    fc.assert(
      fc.property(groupsOfLanes, ([[joining = '', ...members], count]) => {
        const before = owners(members, count)
        const after = owners([joining, ...members], count, before)
        const moved = [...after].filter(([lane, member]) => before.get(lane) !== member)
        expect(moved).toHaveLength(Math.floor(count / (members.length + 1)))
        expect(moved.every(([, member]) => member === joining)).toBe(true)
      }),
    )
  })

  test('when a member leaves, only its own lanes move', () => {
    fc.assert(
      fc.property(groupsOfLanes, ([[leaving = '', ...members], count]) => {
        const before = owners([leaving, ...members], count)
        const after = owners(members, count, before)
        for (const [lane, member] of before) if (member !== leaving) expect(after.get(lane)).toBe(member)
      }),
    )
  })

  test('a lane that two members claim, since one of them was away, is given to one of them', () => {
    const group = ['a', 'b'].map((id) => ({ id, topics: TOPICS, lanes: [0, 1, 2] }))
    const assigned = assignment(group, lanes(6))
    const given = ['a', 'b'].flatMap((id) => numbers(assigned.get(id), 'orders'))
    expect(new Set(given)).toEqual(new Set([0, 1, 2, 3, 4, 5]))
    expect(given).toHaveLength(6)
  })
})
