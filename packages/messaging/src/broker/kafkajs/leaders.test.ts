import { createRequire } from 'node:module'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { findLeadersAtOnce, type FindsNodes } from './leaders.ts'

const load = createRequire(import.meta.url)
const kafkajs = (load('kafkajs/src/consumer/consumerGroup.js') as { readonly prototype: FindsNodes }).prototype
const ours = Object.create(kafkajs) as FindsNodes
findLeadersAtOnce(ours)

const partition = fc.integer({ min: 0, max: 9 })
const node = fc.integer({ min: 0, max: 3 })
const known = fc.uniqueArray(fc.record({ partitionId: partition, leader: fc.option(node, { freq: 20 }) }), {
  selector: ({ partitionId }) => partitionId,
})
const preferred = fc.dictionary(partition.map(String), fc.record({ nodeId: node, expireAt: fc.constantFrom(0, Infinity) }))

test('each partition is read from the node that kafkajs would choose, and fails as it would', () => {
  fc.assert(
    fc.property(known, fc.uniqueArray(partition), fc.option(preferred, { nil: undefined }), (metadata, partitions, replicas) => {
      const chosen = (prototype: FindsNodes) => {
        const group = Object.assign(Object.create(prototype) as FindsNodes, {
          cluster: { findTopicPartitionMetadata: () => metadata },
          preferredReadReplicasPerTopicPartition: { orders: structuredClone(replicas) },
          logger: { debug: () => undefined },
        })
        try {
          return group.findReadReplicaForPartitions('orders', partitions)
        } catch (error) {
          return String(error)
        }
      }
      expect(chosen(ours)).toEqual(chosen(kafkajs))
    }),
  )
})

test('a partition without leader is read from nobody, and the others are read', () => {
  const group = Object.assign(Object.create(ours) as FindsNodes, {
    cluster: {
      findTopicPartitionMetadata: () => [
        { partitionId: 0, leader: 2 },
        { partitionId: 1, leader: -1 },
      ],
    },
    preferredReadReplicasPerTopicPartition: {},
  })
  expect(group.findReadReplicaForPartitions('orders', [0, 1])).toEqual({ 2: [0] })
})
