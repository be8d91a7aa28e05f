import { describe, expect, test } from 'vitest'
import { endpoint } from '../definition/endpoint.ts'
import { handler, type Handler, transactionalHandler } from '../definition/handler.ts'
import { placed } from './testing/billing.ts'
import { bills, OrderBilled, OrderPlaced } from './testing/messages.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { askedOnce } from './tombstones.ts'
import { useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

test('whether a topic is compacted is asked once, and not of a topic that a stranger has named', async () => {
  const asked: string[] = []
  const isCompacted = askedOnce(new Set(['orders']), async (topic) => asked.push(topic) > 0)
  expect([await isCompacted('orders'), await isCompacted('orders'), await isCompacted('elsewhere')]).toEqual([true, true, false])
  expect(asked).toEqual(['orders'])
})

const topic = 'sales.order-placed'
const billingWith = (billOrder: Handler) =>
  endpoint({ name: 'billing', handlers: [billOrder], produces: [OrderBilled], partitions: 1 })

/** Writes it as a foreign client does: without any header. */
const tombstone = (system: TestSystem, key: string | null) => system.broker.publish([{ topic, key, value: null, headers: {} }])

/** Makes the topic of orders anew: one that keeps the newest record of each key. */
async function compacted(system: TestSystem): Promise<TestSystem> {
  await system.broker.admin.deleteTopics([topic])
  await system.broker.admin.createTopics([{ topic, partitions: 1, config: { 'cleanup.policy': 'compact' } }])
  return system
}

const nothing = handler(OrderPlaced, () => {})
const dropped = (system: TestSystem) => system.metric('petrel_tombstones_dropped_total', { topic })

describe.each([
  { what: 'a handler', make: handler },
  { what: 'a transactional handler', make: transactionalHandler as typeof handler },
])('$what that declares tombstones', ({ make }) => {
  test('gets them in order with the messages of their key, whatever the topic, and once', async () => {
    const seen: string[] = []
    const declared = make(
      OrderPlaced,
      ({ orderId }, { insert, message }) => {
        seen.push(`placed ${orderId}`)
        insert(bills, { message_id: message.id, order_id: orderId, number: 1 })
      },
      {
        tombstone: ({ key }, { insert, message, publish }) => {
          seen.push(`deleted ${key} at try ${message.attempt}`)
          if (message.attempt === 1) throw new Error('once')
          insert(bills, { message_id: message.id, order_id: key, number: 2 })
          publish(OrderBilled({ orderId: key, number: 2 }))
        },
      },
    )
    const system = await testSystem(billingWith(declared))
    await system.publish(placed(1, 'a'))
    await tombstone(system, 'a')
    await system.publish(placed(2, 'a'))
    await system.start()
    await system.settled()
    expect(seen).toEqual(['placed a', 'deleted a at try 1', 'deleted a at try 2', 'placed a'])
    expect(system.store.rows(bills).map(({ number }) => Number(number))).toEqual([1, 2, 1])
    expect(await system.records('billing.order-billed')).toHaveLength(1)
    expect(await system.ids('billing.dlt')).toEqual([])
  })
})

test('where nobody handles them, tombstones in a compacted topic are dropped and counted, and leave no lag', async () => {
  const system = await compacted(await testSystem(billingWith(nothing)))
  await system.start()
  for (const key of ['a', 'b', null]) await tombstone(system, key)
  await system.settled()
  expect(await dropped(system)).toBe(3)
  expect(await system.records('billing.dlt')).toEqual([])
  expect(await system.lag('billing')).toBe(0n)
})

test('elsewhere they are dead letters that say what they are', async () => {
  const system = await testSystem(billingWith(nothing))
  await system.start()
  await tombstone(system, 'a')
  await system.settled()
  expect(await dropped(system)).toBe(0)
  const [letter] = await system.records('billing.dlt')
  expect(String(letter?.headers['petrel-error-type'])).toBe('Undecodable')
  expect(String(letter?.headers['petrel-error-message'])).toContain('Nothing here handles tombstones of sales.OrderPlaced')
})

test('a record without key and value deletes nothing: no handler gets it', async () => {
  const declared = handler(OrderPlaced, () => {}, { tombstone: () => expect.unreachable() })
  const system = await testSystem(billingWith(declared))
  await system.start()
  await tombstone(system, null)
  await system.settled()
  expect(await system.records('billing.dlt')).toHaveLength(1)
})
