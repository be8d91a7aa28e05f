import { expect, test } from 'vitest'
import { memoryBroker } from './broker/memory.ts'
import { type Fault, faultRecord, faultsIn, faultTopicSpec } from './faultTopic.ts'

const topic = 'petrel.control'
const closed: Fault = { fault: 'The till is closed', by: 'ada', at: '2026-01-02T03:04:05.000Z' }

async function brokerWithTopic() {
  const broker = memoryBroker()
  await broker.admin.createTopics([faultTopicSpec(topic)])
  return broker
}

test('the newest record of a service says whether it has a fault', async () => {
  const broker = await brokerWithTopic()
  const faults = faultsIn(topic, broker.admin)
  await broker.publish([faultRecord(topic, 'sales', closed), faultRecord(topic, 'stock', closed)])
  await faults.readNew()
  expect(faults.of('sales')).toEqual(closed)
  await broker.publish([faultRecord(topic, 'sales', null)])
  await faults.readNew()
  expect(faults.of('sales')).toBeUndefined()
  expect(faults.of('stock')).toEqual(closed)
})

test('what is no fault is none', async () => {
  const broker = await brokerWithTopic()
  const faults = faultsIn(topic, broker.admin)
  const values = ['on', '{}', '{"fault":""}', '[1]', '\u0000'].map((text) => Buffer.from(text))
  await broker.publish([
    ...values.map((value) => ({ ...faultRecord(topic, 'sales', null), value })),
    faultRecord(topic, 'stock', closed),
  ])
  await faults.readNew()
  expect(faults.of('sales')).toBeUndefined()
  expect(faults.of('stock')).toEqual(closed)
})

test('without the topic nothing has a fault, and a topic that is made anew begins without those of the former', async () => {
  const broker = memoryBroker()
  const faults = faultsIn(topic, broker.admin)
  await faults.readNew()
  expect(faults.of('sales')).toBeUndefined()
  await broker.admin.createTopics([faultTopicSpec(topic)])
  await broker.publish([faultRecord(topic, 'sales', closed)])
  await faults.readNew()
  expect(faults.of('sales')).toEqual(closed)
  await broker.admin.deleteTopics([topic])
  await broker.admin.createTopics([faultTopicSpec(topic)])
  await faults.readNew()
  expect(faults.of('sales')).toBeUndefined()
})
