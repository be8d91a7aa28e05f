import { expect, test } from 'vitest'
import { endsByTopic, readUpTo } from './readUpTo.ts'

const look = (at: number, ...ends: number[]) => ({ at, ends: new Map(ends.map((end, partition) => [partition, BigInt(end)])) })
const positions = (...offsets: number[]) => new Map(offsets.map((offset, partition) => [partition, BigInt(offset)]))

test('a topic is read up to the last look whose ends have been passed in every partition', () => {
  const looks = [look(1_000, 5, 7), look(3_000, 6, 9)]
  expect(readUpTo(looks, positions(6, 9))).toBe(3_000)
  expect(readUpTo(looks, positions(6, 8))).toBe(1_000)
  expect(readUpTo(looks, positions(9, 6))).toBeUndefined()
})

test('a partition that was never read has nothing read, unless it is empty', () => {
  expect(readUpTo([look(1_000, 5, 7)], positions(5))).toBeUndefined()
  expect(readUpTo([look(1_000, 5, 0)], positions(5))).toBe(1_000)
})

const partition = (topic: string, partition: number, latest: bigint) => ({
  topic,
  partition,
  latest,
  earliest: 0n,
  underReplicated: false,
})

test('partitions are looked at by topic', () => {
  const ends = endsByTopic([partition('a', 0, 1n), partition('a', 1, 2n), partition('b', 0, 3n)], 1_000)
  expect(ends).toEqual(
    new Map([
      ['a', look(1_000, 1, 2)],
      ['b', look(1_000, 3)],
    ]),
  )
})
