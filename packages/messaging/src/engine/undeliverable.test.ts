import { describe, expect, test, vi } from 'vitest'
import { billing, placed } from './testing/billing.ts'
import { testSystem } from './testing/testSystem.ts'
import { bills, OrderCancelled } from './testing/messages.ts'
import { rest, useVirtualTime } from './testing/virtualTime.ts'

vi.mock('node:timers/promises', () => import('./testing/timersPromises.ts'))
useVirtualTime()

const topic = 'sales.order-placed'

describe('a record that nobody can handle', () => {
  test.each([
    { what: 'with no body', value: null },
    { what: 'that is not in the wire format', value: Buffer.from('{"orderId":"a"}') },
    { what: 'of a schema that the registry does not know', value: Buffer.from([0, 0, 0, 3, 231, 2, 97, 2]) },
    { what: 'that is cut off', value: Buffer.from([0, 0, 0, 0, 1, 200]) },
  ])('$what waits for a person at once, as it came', async ({ value }) => {
    const { endpoint, numbers } = billing()
    const g = await testSystem(endpoint)
    await g.say(placed(1))
    const headers = { ce_id: 'm-1', ce_type: 'sales.OrderPlaced', other: [Buffer.from([255]), Buffer.from([0])] }
    await g.broker.publish([{ topic, key: Buffer.from([255, 0]), value, headers }])
    await g.say(placed(2))
    await g.start()
    await rest()
    expect(numbers()).toEqual([1, 2])
    const [dead] = await g.records('billing.dlt')
    expect(dead?.key).toEqual(Buffer.from([255, 0]))
    expect(dead?.value).toEqual(value)
    expect(dead?.headers['other']).toEqual(headers.other)
    expect(String(dead?.headers['petrel-error-type'])).toBe('Undecodable')
    expect(String(dead?.headers['petrel-original-offset'])).toBe('1')
    expect(await g.lag('billing')).toBe(0n)
  })

  test('for want of a handler is told from one that has one', async () => {
    const { endpoint } = billing()
    const g = await testSystem(endpoint)
    const [id] = await g.say({ message: placed(1), headers: { ce_type: 'sales.OrderRenamed' } }, placed(2))
    await g.start()
    await rest()
    expect(await g.ids('billing.dlt')).toEqual([id])
    const [dead] = await g.records('billing.dlt')
    expect(String(dead?.headers['petrel-error-message'])).toContain('sales.OrderRenamed')
    expect(dead?.headers['petrel-handler']).toBeUndefined()
  })

  test('of another type than its ce_type says waits for a person', async () => {
    const { endpoint, numbers } = billing()
    const g = await testSystem(endpoint)
    await g.say({ message: OrderCancelled({ orderId: 'a', number: 1 }), headers: { ce_type: 'sales.OrderPlaced' } })
    const [record] = await g.records('sales.order-cancelled')
    await g.broker.publish([{ topic, key: 'a', value: record?.value ?? null, headers: record?.headers ?? {} }])
    await g.start()
    await rest()
    expect(numbers()).toEqual([])
    expect(await g.ids('billing.dlt')).toHaveLength(1)
  })
})

describe('a record from elsewhere', () => {
  test('without CloudEvents headers is handled by its topic, once, under the name of its place', async () => {
    const { endpoint, runs } = billing()
    const g = await testSystem(endpoint)
    await g.say(placed(1, 'a'))
    const [said] = await g.records(topic)
    await g.broker.publish([{ topic, key: 'a', value: said?.value ?? null, headers: {} }])
    await g.start()
    await g.settled()
    g.broker.faults.rebalance('billing')
    await g.settled()
    expect(runs.map(({ id }) => id)).toEqual([String(said?.headers['ce_id']), `${topic}/0/1`])
    expect(g.store.rows(bills)).toHaveLength(2)
  })

  test('keeps its name on the way through retries', async () => {
    const { endpoint, runs } = billing((_, { message }) => {
      if (message.attempt <= 4) throw new Error('not now')
    })
    const g = await testSystem(endpoint)
    await g.say(placed(1))
    const [said] = await g.records(topic)
    await g.broker.publish([{ topic, key: null, value: said?.value ?? null, headers: {} }])
    await g.start()
    await g.settled()
    expect(runs.map(({ id }) => id).filter((id) => id === `${topic}/0/1`)).toHaveLength(5)
    expect(g.store.rows(bills)).toHaveLength(2)
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
])('whatever a handler throws, its message waits for a person and holds nobody up (%#)', async (thrown: unknown) => {
  const { endpoint, numbers } = billing(
    ({ number }) => {
      if (number === 1) throw thrown
    },
    { recoverability: { immediate: 0, delayed: [] } },
  )
  const g = await testSystem(endpoint)
  const [id] = await g.say(placed(1), placed(2))
  await g.start()
  await rest()
  expect(numbers()).toEqual([1, 2])
  expect(await g.ids('billing.dlt')).toEqual([id])
})
