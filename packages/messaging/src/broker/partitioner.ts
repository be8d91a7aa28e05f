import { crc32 } from 'node:zlib'

const SEED = 0x9747b28c
const M = 0x5bd1e995
const R = 24

/** The hash by which Kafka's Java client places keys (https://github.com/apache/kafka/blob/4.1.0/clients/src/main/java/org/apache/kafka/common/utils/Utils.java). */
export function murmur2(data: Uint8Array): number {
  const length = data.length
  const tail = length & ~3
  let hash = SEED ^ length
  for (let at = 0; at < tail; at += 4) {
    const product = Math.imul(
      (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16) | ((data[at + 3] ?? 0) << 24),
      M,
    )
    hash = Math.imul(hash, M) ^ Math.imul(product ^ (product >>> R), M)
  }
  if (length > tail) hash = Math.imul(hash ^ rest(data, tail), M)
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return hash ^ (hash >>> 15)
}

/** A key's partition: the same as in Kafka's Java client. */
export function partitionOf(key: Buffer | string, partitions: number): number {
  return (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % partitions
}

/**
 * The partitions in which records with a key may be: that of Kafka's Java client, and that of librdkafka, whose default is CRC-32
 * (https://github.com/confluentinc/librdkafka/blob/v2.5.0/src/rdkafka_msg.c, `rd_kafka_msg_partitioner_consistent_random`). A
 * client may have any other rule.
 */
export function likelyPartitions(key: Buffer | string, partitions: number): number[] {
  return [...new Set([partitionOf(key, partitions), crc32(key) % partitions])]
}

const byte = (data: Uint8Array, index: number) => data[index] ?? 0

/** The one to three bytes after the last whole word, filled up with zeros. */
const rest = (data: Uint8Array, at: number) => byte(data, at) | (byte(data, at + 1) << 8) | (byte(data, at + 2) << 16)
