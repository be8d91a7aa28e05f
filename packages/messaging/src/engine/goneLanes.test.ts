import { expect, test } from 'vitest'
import { billing, placed } from './testing/billing.ts'
import { testSystem } from './testing/testSystem.ts'
import { passTime, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const inThreeMinutes = () => passTime(180_000)

test('what a lane has left that is not there any more is sent by another', async () => {
  const { endpoint } = billing(undefined, { partitions: 2 })
  const system = await testSystem(endpoint)
  const crashed = await system.start()
  crashed.process.killAt('after save')
  const [id] = await system.publish({ message: placed(1), partition: 1 })
  await untilIdle()
  expect(crashed.process.isKilled).toBe(true)
  expect(await system.store.pendingOutbox('billing/1')).toHaveLength(1)
  await system.broker.admin.deleteTopics(['sales.order-placed'])
  const one = { ...endpoint, partitions: 1 }
  await system.broker.admin.createTopics([{ topic: 'sales.order-placed', partitions: 1, config: {} }])

  await system.start(one)
  await inThreeMinutes()

  expect(await system.ids('billing.order-billed')).toHaveLength(1)
  expect(await system.store.pendingOutbox('billing/1')).toEqual([])
  expect(await system.isHandled(id ?? '')).toBe(true)
})

test('what a lane has left whose owner lives is left to it', async () => {
  const { endpoint } = billing()
  const system = await testSystem(endpoint)
  await system.start()
  await system.publish(placed(1))
  // The lane has saved, and tries to publish again and again.
  for (let time = 0; time < 1_000; time += 1) system.broker.faults.failNextPublish('lost')
  await untilIdle()
  const left = await system.store.pendingOutbox('billing/0')
  expect(left).toHaveLength(1)
  await system.start()
  await inThreeMinutes()
  expect(await system.store.pendingOutbox('billing/0')).toEqual(left)
})
