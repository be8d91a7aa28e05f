import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { failWhereLeaderless, type FindsLeaders, keepingLeaderless, passOverLeaderless } from './leaderless.ts'

const load = createRequire(import.meta.url)
const { prototype } = load('kafkajs/src/cluster/index.js') as { readonly prototype: FindsLeaders }
const { parse } = keepingLeaderless(load('kafkajs/src/protocol/requests/metadata/v0/response.js'))

const answer = (errors: readonly number[]) => ({
  brokers: [],
  topicMetadata: [
    {
      topic: 'orders',
      topicErrorCode: 0,
      partitionMetadata: errors.map((partitionErrorCode, partitionId) => ({
        partitionErrorCode,
        partitionId,
        leader: partitionErrorCode === 0 ? 7 : -1,
        replicas: [],
        isr: [],
      })),
    },
  ],
})

/** Of kafkajs, with what it was told of two partitions. */
function cluster(errors: readonly number[]) {
  const own = Object.create(prototype) as FindsLeaders
  failWhereLeaderless(own)
  return Object.assign(own, {
    findTopicPartitionMetadata: () => answer(errors).topicMetadata.flatMap(({ partitionMetadata }) => partitionMetadata),
    fetchTopicsOffset: async (topics: readonly { topic: string; partitions: { partition: number }[] }[]) =>
      topics
        .filter(({ partitions }) => partitions.length > 0)
        .map(({ topic, partitions }) => ({ topic, partitions: partitions.map((each) => ({ ...each, offset: '3' })) })),
  })
}

test.each([5, 72])('what is known of the others is kept: error %d', async (error) => {
  const expected = answer([0, error])
  const [topic] = expected.topicMetadata
  expect(await parse(expected)).toEqual({
    ...expected,
    topicMetadata: [
      { ...topic, partitionMetadata: topic?.partitionMetadata.map((each) => ({ ...each, partitionErrorCode: 0 })) },
    ],
  })
})

test('another error of a partition is thrown', async () => {
  await expect(parse(answer([0, 3]))).rejects.toMatchObject({ type: 'UNKNOWN_TOPIC_OR_PARTITION' })
})

test('who needs a partition without leader fails, and nobody else', () => {
  const two = cluster([0, 5])
  expect(two.findLeaderForPartitions('orders', [0])).toEqual({ 7: [0] })
  expect(() => two.findLeaderForPartitions('orders', [0, 1])).toThrow(expect.objectContaining({ type: 'LEADER_NOT_AVAILABLE' }))
})

test.each([
  { errors: [0, 5], offsets: [{ partition: 0, offset: '3' }], without: [1] },
  { errors: [5, 5], offsets: [], without: [0, 1] },
])('who joins learns where the others begin: $errors', async ({ errors, offsets, without }) => {
  const two = cluster(errors)
  const passedOver: number[] = []
  passOverLeaderless(two, ({ partition }) => void passedOver.push(partition))
  const asked = [{ topic: 'orders', partitions: [{ partition: 0 }, { partition: 1 }], fromBeginning: true }]
  expect(await two.fetchTopicsOffset(asked)).toEqual([{ topic: 'orders', partitions: offsets }])
  expect(passedOver).toEqual(without)
})
