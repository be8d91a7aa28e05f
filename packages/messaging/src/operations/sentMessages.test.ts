import { expect, test } from 'vitest'
import { memoryBroker } from '../broker/memory.ts'
import { partitionsWithKey, sentMessages } from './sentMessages.ts'

test('messages of a key are found from an offset on, with what their headers say, and those of other keys are not', async () => {
  const broker = memoryBroker()
  const { admin } = broker
  await admin.createTopics([{ topic: 'p.orders', partitions: 3, config: {} }])
  const headers = { ce_source: 'shop', ce_type: 'sales.PlaceOrder', ce_conversationid: 'c', ce_causationid: 'm-0' }
  for (const number of [1, 2, 3])
    for (const key of ['42', '43', '44', '45'])
      await broker.publish([{ topic: 'p.orders', key, value: null, headers: { ce_id: `${key}-${number}`, ...headers } }])
  const { partitions } = await admin.overview('p.')
  const from = partitionsWithKey('42', 'p.orders', partitions).map(({ topic, partition }) => ({ topic, partition, offset: 0n }))
  const sent = await sentMessages({ key: '42', topic: 'p.orders', from }, partitions, admin)
  expect(sent.map(({ id }) => id)).toEqual(['42-1', '42-2', '42-3'])
  expect(sent[0]).toMatchObject({ source: 'shop', type: 'sales.PlaceOrder', conversationId: 'c', causationId: 'm-0', key: '42' })
  const [, second] = sent
  const behind = from.map((each) => ({ ...each, offset: second?.offset ?? 0n }))
  const later = await sentMessages({ key: '42', topic: 'p.orders', from: behind }, partitions, admin)
  expect(later.map(({ id }) => id)).toEqual(['42-2', '42-3'])
})

test('a message that librdkafka has sent, with its own rule where a key belongs, is found with the others of its key', async () => {
  const broker = memoryBroker()
  const { admin } = broker
  await admin.createTopics([{ topic: 'orders', partitions: 17, config: {} }])
  const sent = { topic: 'orders', key: 'hejsan', value: null }
  await broker.publish([{ ...sent, headers: { ce_id: 'ours' } }])
  await broker.publish([{ ...sent, headers: { ce_id: 'theirs' }, partition: 0xd077037e % 17 }])
  const { partitions } = await admin.overview('')
  const likely = partitionsWithKey('hejsan', 'orders', partitions)
  const from = likely.map(({ topic, partition }) => ({ topic, partition, offset: 0n }))
  const found = await sentMessages({ key: 'hejsan', topic: 'orders', from }, partitions, admin)
  expect(found.map(({ id }) => id).toSorted()).toEqual(['ours', 'theirs'])
})

const at = (topic: string, offset: bigint) => ({ key: '42', topic, from: [{ topic, partition: 0, offset }] })

test('nothing is read behind the end, and nothing of a topic that is not there', async () => {
  const broker = memoryBroker()
  const { admin } = broker
  await admin.createTopics([{ topic: 'orders', partitions: 1, config: {} }])
  await broker.publish([{ topic: 'orders', key: '42', value: null, headers: {} }])
  const { partitions } = await admin.overview('')
  expect(await sentMessages(at('orders', 1n), partitions, admin)).toEqual([])
  expect(await sentMessages(at('gone', 0n), partitions, admin)).toEqual([])
})
