import { expect, test } from 'vitest'
import { memoryBroker } from '../broker/memory.ts'
import { partitionWithKey, sentMessages } from './sentMessages.ts'

test('messages of a key are found from an offset on, with what their headers say, and those of other keys are not', async () => {
  const broker = memoryBroker()
  const { admin } = broker
  await admin.createTopics([{ topic: 'p.orders', partitions: 3, config: {} }])
  const headers = { ce_source: 'shop', ce_type: 'sales.PlaceOrder', ce_conversationid: 'c', ce_causationid: 'm-0' }
  for (const number of [1, 2, 3])
    for (const key of ['42', '43', '44', '45'])
      await broker.publish([{ topic: 'p.orders', key, value: null, headers: { ce_id: `${key}-${number}`, ...headers } }])
  const { partitions } = await admin.overview('p.')
  const own = partitionWithKey('42', 'p.orders', partitions)
  expect(own).toBeDefined()
  const sent = await sentMessages({ key: '42', topic: 'p.orders', from: own?.earliest ?? 0n }, partitions, admin)
  expect(sent.map(({ id }) => id)).toEqual(['42-1', '42-2', '42-3'])
  expect(sent[0]).toMatchObject({ source: 'shop', type: 'sales.PlaceOrder', conversationId: 'c', causationId: 'm-0', key: '42' })
  const [, second] = sent
  const later = await sentMessages({ key: '42', topic: 'p.orders', from: second?.offset ?? 0n }, partitions, admin)
  expect(later.map(({ id }) => id)).toEqual(['42-2', '42-3'])
})

test('nothing is read behind the end, and nothing of a topic that is not there', async () => {
  const broker = memoryBroker()
  const { admin } = broker
  await admin.createTopics([{ topic: 'orders', partitions: 1, config: {} }])
  await broker.publish([{ topic: 'orders', key: '42', value: null, headers: {} }])
  const { partitions } = await admin.overview('')
  expect(await sentMessages({ key: '42', topic: 'orders', from: 1n }, partitions, admin)).toEqual([])
  expect(await sentMessages({ key: '42', topic: 'gone', from: 0n }, partitions, admin)).toEqual([])
})
