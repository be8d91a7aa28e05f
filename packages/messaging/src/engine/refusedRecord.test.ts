import { describe, expect, test } from 'vitest'
import { RecordRefused } from '../broker/port.ts'
import { endpoint } from '../definition/endpoint.ts'
import { handler } from '../definition/handler.ts'
import { saga } from '../definition/saga.ts'
import { billing, placed } from './testing/billing.ts'
import { bills, OrderBilled, OrderPlaced, PaymentOverdue } from './testing/messages.ts'
import { testSystem } from './testing/testSystem.ts'
import { untilIdle, until, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

// A record that its topic refuses would be refused again: it becomes a dead letter, and the lane goes on.

const huge = 'x'.repeat(3 * 1024 * 1024)

describe('a message that is too large for its topic', () => {
  test('a handler that produces a message too large for its topic fails; the other messages of its batch are handled', async () => {
    const bill = handler(OrderPlaced, (order, { publish, insert }) => {
      insert(bills, { message_id: String(order.number), order_id: order.orderId, number: order.number })
      publish(OrderBilled(order.number === 2 ? { ...order, orderId: huge } : order))
    })
    const system = await testSystem(endpoint({ name: 'billing', handlers: [bill], produces: [OrderBilled], partitions: 1 }))
    const ids = await system.publish(placed(1), placed(2), placed(3))
    await system.start()
    await untilIdle()
    expect(system.store.rows(bills).map(({ number }) => number)).toEqual([1, 3])
    expect(await system.ids('billing.dlt')).toEqual([ids[1]])
    const [dead] = await system.records('billing.dlt')
    expect(String(dead?.headers['petrel-error-type'])).toBe('MessageTooLarge')
  })

  test('a saved message that its topic refuses becomes a dead letter; the others of its batch are published', async () => {
    const { endpoint: definition } = billing()
    const system = await testSystem(definition)
    const publish = system.broker.publish.bind(system.broker)
    system.broker.publish = (records) => {
      const refused = records.find(({ topic, key }) => topic === 'billing.order-billed' && String(key) === 'order-2')
      return refused === undefined ? publish(records) : Promise.reject(new RecordRefused(refused, 1, 'the limit was lowered'))
    }
    await system.publish(placed(1), placed(2), placed(3))
    await system.start()
    await system.settled()
    expect((await system.records('billing.order-billed')).map(({ key }) => String(key))).toEqual(['order-1', 'order-3'])
    const [dead] = await system.records('billing.dlt')
    expect(String(dead?.key)).toBe('order-2')
    expect(String(dead?.headers['petrel-refused-by'])).toBe('billing.order-billed')
    expect(String(dead?.headers['ce_type'])).toBe('billing.OrderBilled')
  })
})

describe('a dead letter that is too large for its topic', () => {
  test('a dead letter that is too large is parked: with its headers, its origin, and a digest instead of its body', async () => {
    const { endpoint: definition } = billing()
    const system = await testSystem(definition)
    await system.broker.admin.deleteTopics(['sales.order-placed'])
    const config = { 'max.message.bytes': String(10 * 1024 * 1024) }
    await system.broker.admin.createTopics([{ topic: 'sales.order-placed', partitions: 1, config }])
    await system.broker.publish([
      { topic: 'sales.order-placed', key: 'a', value: Buffer.from(huge), headers: { ce_id: 'm-1', own: 'x' } },
    ])
    await system.publish(placed(1))
    await system.start()
    await system.settled()
    expect(system.store.rows(bills).map(({ number }) => number)).toEqual([1])
    const [dead] = await system.records('billing.dlt')
    expect(dead?.value).toBeNull()
    expect(Object.fromEntries(Object.entries(dead?.headers ?? {}).map(([name, value]) => [name, String(value)]))).toMatchObject({
      own: 'x',
      ce_id: 'm-1',
      'petrel-body-bytes': String(huge.length),
      'petrel-body-sha256': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      'petrel-original-topic': 'sales.order-placed',
      'petrel-original-offset': '0',
    })
  })

  test('a dead letter whose headers alone are too large keeps only those that identify it', async () => {
    const { endpoint: definition } = billing()
    const system = await testSystem(definition)
    await system.broker.admin.deleteTopics(['sales.order-placed'])
    const config = { 'max.message.bytes': String(10 * 1024 * 1024) }
    await system.broker.admin.createTopics([{ topic: 'sales.order-placed', partitions: 1, config }])
    const headers = { ce_id: 'm-1', own: huge }
    await system.broker.publish([{ topic: 'sales.order-placed', key: huge, value: Buffer.from('?'), headers }])
    await system.start()
    await system.settled()
    const [dead] = await system.records('billing.dlt')
    expect(dead?.key).toBeNull()
    expect(String(dead?.headers['ce_id'])).toBe('m-1')
    expect(String(dead?.headers['petrel-original-topic'])).toBe('sales.order-placed')
    expect(dead?.headers['own']).toBeUndefined()
  })
})

test('a scheduled record that is refused becomes a dead letter; the others are published', async () => {
  const policy = saga('tab-policy', () => ({}))
    .startedBy(OrderPlaced, 'orderId', (order, context) => context.requestTimeout(PaymentOverdue(order), '1s'))
    .timeout(PaymentOverdue, (order, { insert }) =>
      insert(bills, { message_id: '', order_id: order.orderId, number: order.number }),
    )
  const system = await testSystem(endpoint({ name: 'billing', sagas: [policy], produces: [PaymentOverdue], partitions: 1 }))
  const publish = system.broker.publish.bind(system.broker)
  system.broker.publish = (records) => {
    const refused = records.find(({ topic, key }) => topic === 'billing.payment-overdue' && String(key) === 'order-0')
    return refused === undefined ? publish(records) : Promise.reject(new RecordRefused(refused, 1, 'refused by the test'))
  }
  await system.start()
  await system.publish(...Array.from({ length: 10 }, (_, number) => placed(number)))
  await until('the other timeouts were handled', () => system.store.rows(bills).length === 9)
  await system.settled()
  expect(system.store.scheduled()).toEqual([])
  expect(await system.ids('billing.dlt')).toHaveLength(1)
})
