import { describe, expect, test } from 'vitest'
import { billing, placed } from './testing/billing.ts'
import { testSystem } from './testing/testSystem.ts'
import { bills, OrderCancelled } from './testing/messages.ts'
import { untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const topic = 'sales.order-placed'

describe('a record that nobody can handle', () => {
  test.each([
    { what: 'without a body', value: null },
    { what: 'that is not in the wire format', value: Buffer.from('{"orderId":"a"}') },
    { what: 'that is cut off', value: Buffer.from([0, 0, 0, 0, 1, 200]) },
  ])('a record $what becomes a dead letter at once, unchanged', async ({ value }) => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    await system.publish(placed(1))
    const headers = { ce_id: 'm-1', ce_type: 'sales.OrderPlaced', other: [Buffer.from([255]), Buffer.from([0])] }
    await system.broker.publish([{ topic, key: Buffer.from([255, 0]), value, headers }])
    await system.publish(placed(2))
    await system.start()
    await untilIdle()
    expect(numbers()).toEqual([1, 2])
    const [dead] = await system.records('billing.dlt')
    expect(dead?.key).toEqual(Buffer.from([255, 0]))
    expect(dead?.value).toEqual(value)
    expect(dead?.headers['other']).toEqual(headers.other)
    expect(String(dead?.headers['petrel-error-type'])).toBe('Undecodable')
    expect(String(dead?.headers['petrel-original-offset'])).toBe('1')
    expect(await system.lag('billing')).toBe(0n)
  })

  test('a record without a handler goes to the DLT; the others are handled', async () => {
    const { endpoint } = billing()
    const system = await testSystem(endpoint)
    const [id] = await system.publish({ message: placed(1), headers: { ce_type: 'sales.OrderRenamed' } }, placed(2))
    await system.start()
    await untilIdle()
    expect(await system.ids('billing.dlt')).toEqual([id])
    const [dead] = await system.records('billing.dlt')
    expect(String(dead?.headers['petrel-error-message'])).toContain('sales.OrderRenamed')
    expect(dead?.headers['petrel-handler']).toBeUndefined()
  })

  test('a record whose body is of another type than its ce_type goes to the DLT', async () => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    await system.publish({ message: OrderCancelled({ orderId: 'a', number: 1 }), headers: { ce_type: 'sales.OrderPlaced' } })
    const [record] = await system.records('sales.order-cancelled')
    await system.broker.publish([{ topic, key: 'a', value: record?.value ?? null, headers: record?.headers ?? {} }])
    await system.start()
    await untilIdle()
    expect(numbers()).toEqual([])
    expect(await system.ids('billing.dlt')).toHaveLength(1)
  })
})

describe('a foreign record', () => {
  test('a record without CloudEvents headers is handled by the handler of its topic, once, with its place as id', async () => {
    const { endpoint, runs } = billing()
    const system = await testSystem(endpoint)
    await system.publish(placed(1, 'a'))
    const [published] = await system.records(topic)
    await system.broker.publish([{ topic, key: 'a', value: published?.value ?? null, headers: {} }])
    await system.start()
    await system.settled()
    system.broker.faults.rebalance('billing')
    await system.settled()
    expect(runs.map(({ id }) => id)).toEqual([String(published?.headers['ce_id']), `${topic}/0/1`])
    expect(system.store.rows(bills)).toHaveLength(2)
  })

  test('a record without an id keeps its place as id through retries', async () => {
    const { endpoint, runs } = billing((_, { message }) => {
      if (message.attempt <= 4) throw new Error('not now')
    })
    const system = await testSystem(endpoint)
    await system.publish(placed(1))
    const [published] = await system.records(topic)
    await system.broker.publish([{ topic, key: null, value: published?.value ?? null, headers: {} }])
    await system.start()
    await system.settled()
    expect(runs.map(({ id }) => id).filter((id) => id === `${topic}/0/1`)).toHaveLength(5)
    expect(system.store.rows(bills)).toHaveLength(2)
  })
})

test.each([
  undefined,
  null,
  'text',
  Symbol('symbol'),
  Object.create(null) as object,
  Object.assign(new Error('x'), { message: undefined }),
  Object.assign(new Error('x'), { message: { deep: true }, stack: 42, name: 7 }),
  Object.assign(new Error('x'), { name: undefined }),
])('whatever a handler throws, its message becomes a dead letter and the others are handled (%#)', async (thrown: unknown) => {
  const { endpoint, numbers } = billing(
    ({ number }) => {
      if (number === 1) throw thrown
    },
    { recoverability: { immediate: 0, delayed: [] } },
  )
  const system = await testSystem(endpoint)
  const [id] = await system.publish(placed(1), placed(2))
  await system.start()
  await untilIdle()
  expect(numbers()).toEqual([1, 2])
  expect(await system.ids('billing.dlt')).toEqual([id])
})
