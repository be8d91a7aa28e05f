import { Partitioners } from 'kafkajs'
import { expect, test } from 'vitest'
import { likelyPartitions, murmur2, partitionOf } from './partitioner.ts'

// The values that Kafka's Java client itself is tested with (clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java).
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('the hash of %s is that of the Java client', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash)
})

test('a key of any length gets the partition that kafkajs itself would choose', () => {
  const theirs = Partitioners.DefaultPartitioner()
  const partitionMetadata = Array.from({ length: 7 }, (_, partitionId) => ({
    partitionId,
    leader: 0,
    partitionErrorCode: 0,
    replicas: [],
    isr: [],
  }))
  for (let length = 0; length < 70; length += 1) {
    const key = Buffer.from(Array.from({ length }, (_, index) => (index * 37 + length * 11) % 256))
    expect(partitionOf(key, 7)).toBe(theirs({ topic: 't', partitionMetadata, message: { key, value: null } }))
  }
})

// The values that librdkafka itself is tested with (tests/0048-partitioner.c), with as many partitions.
test.each([
  ['23456', 0xb1b451d7],
  ['this is another string with more length to it perhaps', 0xb0150df7],
  ['hejsan', 0xd077037e],
])('the key %s may be where librdkafka places it by default, and where the Java client does', (key, hash) => {
  expect(likelyPartitions(key, 17)).toEqual([partitionOf(key, 17), hash % 17])
  expect(likelyPartitions(key, 1)).toEqual([0])
})
