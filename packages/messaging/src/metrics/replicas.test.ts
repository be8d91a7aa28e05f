import { expect, test } from 'vitest'
import { metrics } from '../definition/counter.ts'
import { endpoint } from '../definition/endpoint.ts'
import { batchHandler, transactionalHandler } from '../definition/handler.ts'
import { placed } from '../engine/testing/billing.ts'
import { OrderPlaced } from '../engine/testing/messages.ts'
import { sql } from '../engine/testing/sqlStore.ts'
import { testSystem } from '../engine/testing/testSystem.ts'
import { passTime, useVirtualTime } from '../engine/testing/virtualTime.ts'
import { StoreUnavailable } from '../store/port.ts'

useVirtualTime()

const ordersBilled = metrics.counter('shop_orders_billed_total', 'Orders whose card was charged')
const common = { name: 'billing', counters: [ordersBilled], partitions: 1 }
const type = { message_type: OrderPlaced.fullName }

test('a batch that is decided again, because one of its messages has failed, counts each message once', async () => {
  let isBroken = true
  const billAll = batchHandler(OrderPlaced, async (_, { each }) => {
    each(({ data, count }) => {
      count(ordersBilled)
      if (data.number === 2 && isBroken) throw new Error('the card machine is broken')
    })
    isBroken = false
  })
  const system = await testSystem(endpoint({ ...common, handlers: [billAll] }))
  await system.publish(placed(1), placed(2), placed(3))
  await system.start()
  await passTime(20_000)
  await system.settled()
  expect(await system.metric('shop_orders_billed_total')).toBe(3)
  expect(await system.metric('petrel_messages_handled_total', type)).toBe(3)
  expect(await system.metric('petrel_messages_retried_total', { kind: 'immediate' })).toBe(2)
  expect(await system.metric('petrel_messages_failed_total', { error_type: 'Error' })).toBe(3)
})

test('a transaction that is lost with its connection counts nothing, and once when it is done again', async () => {
  let runs = 0
  const bill = transactionalHandler(OrderPlaced, async (order, { tx, count }) => {
    runs += 1
    count(ordersBilled)
    await tx.query(sql.write, [order.number])
  })
  const system = await testSystem(endpoint({ ...common, handlers: [bill] }))
  system.store.failNext('save', 'before', new StoreUnavailable('the connection is lost'))
  await system.publish(placed(1), placed(2))
  await system.start()
  await passTime(5_000)
  await system.settled()
  expect(runs).toBe(4)
  expect(await system.metric('shop_orders_billed_total')).toBe(2)
  expect(await system.metric('petrel_messages_failed_total')).toBe(0)
})

test('a second replica is a rebalance for the first one, and its own start is none', async () => {
  const bill = batchHandler(OrderPlaced, async () => {})
  const system = await testSystem(endpoint({ ...common, handlers: [bill] }))
  const rebalances = () => system.metric('petrel_rebalances_total', { group: 'billing' })
  await system.start()
  expect(await rebalances()).toBe(0)
  const second = await system.start()
  expect(await rebalances()).toBe(1)
  expect(await system.metric('petrel_group_member', { group: 'billing' })).toBe(2)
  await second.stop()
  await passTime(1_000)
  expect(await rebalances()).toBe(2)
  expect(await system.metric('petrel_group_member', { group: 'billing' })).toBe(1)
})
