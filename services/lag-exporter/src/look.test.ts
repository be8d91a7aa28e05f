import { endpoint, handler, Unrecoverable } from '@petrel/messaging'
import { discard, type OutgoingRecord, replay } from '@petrel/messaging/operations'
import { startInMemory } from '@petrel/messaging/testing'
import { OrderBilled, OrderPlaced } from '@petrel/contracts'
import { expect, test } from 'vitest'
import { lookAt } from './look.ts'

const order = (orderId: string): OrderPlaced => ({
  orderId,
  customerId: 'ada',
  email: 'ada@example.com',
  lines: [{ sku: 'green-tea', name: 'Green tea', quantity: 2, unitCents: 350 }],
  totalCents: 700,
  currency: 'EUR',
  placedAt: new Date('2026-03-01T10:00:00Z'),
  acceptedAt: new Date('2026-03-01T09:59:59Z'),
})

/** Billing whose card machine is broken until the test mends it. */
function brokenBilling() {
  const machine = { isBroken: true }
  const billOrder = handler(OrderPlaced, () => {
    if (machine.isBroken) throw new Unrecoverable('the card machine is broken')
  })
  return { machine, billing: endpoint({ name: 'billing', handlers: [billOrder], produces: [OrderBilled], partitions: 1 }) }
}

test('what waits while billing is stopped is its lag, with the age of the oldest order', async () => {
  const { machine, billing } = brokenBilling()
  machine.isBroken = false
  await using system = await startInMemory([billing])
  const look = lookAt(system.admin, '')
  const ofBilling = async () => (await look()).lags.find(({ group, topic }) => group === 'billing' && topic === OrderPlaced.topic)
  await system.publish(OrderPlaced(order('1')))
  await system.settled()
  expect(await ofBilling()).toMatchObject({ partition: 0, lag: 0, seconds: 0, committed: 1n })

  await system.stopEndpoint('billing')
  await system.publish(OrderPlaced(order('2')))
  await system.publish(OrderPlaced(order('3')))
  const { lag, seconds = 0 } = (await ofBilling()) ?? {}
  expect(lag).toBe(2)
  await expect.poll(async () => (await ofBilling())?.seconds).toBeGreaterThan(seconds)

  await system.startEndpoint('billing')
  await system.settled()
  expect(await ofBilling()).toMatchObject({ lag: 0, seconds: 0, committed: 3n })
})

test('a group is seen with its members, and one that is stopped has none', async () => {
  const { billing } = brokenBilling()
  await using system = await startInMemory([billing])
  const look = lookAt(system.admin, '')
  const members = async () => (await look()).overview.groups.find(({ group }) => group === 'billing')?.members
  expect(await members()).toBe(1)
  await system.stopEndpoint('billing')
  expect(await members()).toBe(0)
})

test('an order whose group has the record in the middle waits since that record was appended', async () => {
  await using system = await startInMemory([])
  const { admin, broker } = system
  await admin.createTopics([{ topic: 'orders', partitions: 1, config: {} }])
  await admin.commit('billing', [{ topic: 'orders', partition: 0, offset: 1n }])
  await broker.publish(['a', 'b'].map((key) => ({ topic: 'orders', key, value: null, headers: {} })))
  const asked: bigint[] = []
  const watched = {
    ...admin,
    appendedAt: async (positions: Parameters<typeof admin.appendedAt>[0]) => {
      asked.push(...positions.map(({ offset }) => offset))
      return positions.map(() => Date.now() - 60_000)
    },
  }
  const look = lookAt(watched, '')
  for (let times = 0; times < 3; times++) {
    const [lag] = (await look()).lags
    expect(lag).toMatchObject({ lag: 1 })
    expect(lag?.seconds).toBeGreaterThanOrEqual(60)
  }
  expect(asked, 'a record that still waits is not read again').toEqual([1n])
})

test('dead letters count until a person has decided about them, and again when they come back', async () => {
  const { machine, billing } = brokenBilling()
  await using system = await startInMemory([billing])
  const reads: string[] = []
  const read: typeof system.admin.read = (topic, options) => (reads.push(topic), system.admin.read(topic, options))
  const look = lookAt({ ...system.admin, read }, '')
  const waiting = async () => (await look()).deadLetters.get('billing')
  expect(await waiting()).toBe(0)

  for (const id of ['a', 'b', 'c']) await system.publish(OrderPlaced(order(id)), { id })
  await system.settled()
  expect(await waiting()).toBe(3)
  const before = reads.length
  expect(await waiting()).toBe(3)
  expect(reads.length, 'what has not grown is not read').toBe(before)

  await replay({ endpoint: 'billing', ids: ['a'], by: 'ada' }, system)
  await system.settled()
  expect(await waiting(), 'it has failed again').toBe(3)
  machine.isBroken = false
  await replay({ endpoint: 'billing', ids: ['a'], by: 'ada' }, system)
  await system.settled()
  expect(await waiting()).toBe(2)
  await discard({ endpoint: 'billing', ids: ['b'], by: 'ada', reason: 'a test order' }, system)
  expect(await waiting()).toBe(1)
})

test('a topic that was deleted and made again begins again', async () => {
  const { billing } = brokenBilling()
  await using system = await startInMemory([billing])
  const look = lookAt(system.admin, '')
  const waiting = async () => (await look()).deadLetters.get('billing')
  for (const id of ['a', 'b']) await system.publish(OrderPlaced(order(id)), { id })
  await system.settled()
  expect(await waiting()).toBe(2)
  const { admin } = system
  await admin.deleteTopics(['billing.dlt'])
  expect(await waiting()).toBeUndefined()
  await admin.createTopics([{ topic: 'billing.dlt', partitions: 1, config: {} }])
  expect(await waiting()).toBe(0)
})

test('a topic that was gone and is back has its own letters only, however many there are', async () => {
  const { billing } = brokenBilling()
  await using system = await startInMemory([billing])
  const { admin, broker } = system
  const look = lookAt(admin, '')
  const waiting = async () => (await look()).deadLetters.get('billing')
  for (const id of ['a', 'b']) await system.publish(OrderPlaced(order(id)), { id })
  await system.settled()
  expect(await waiting()).toBe(2)
  const copies: OutgoingRecord[] = []
  for await (const { topic, value, headers } of admin.read('billing.dlt'))
    if (copies.length === 0) copies.push(...[1, 2, 3].map(() => ({ topic, key: 'a', value, headers })))
  await admin.deleteTopics(['billing.dlt'])
  expect(await waiting()).toBeUndefined()
  await admin.createTopics([{ topic: 'billing.dlt', partitions: 1, config: {} }])
  await broker.publish(copies)
  expect(await waiting()).toBe(1)
})

test('what does not have the prefix belongs to another shop', async () => {
  await using system = await startInMemory([])
  const { admin } = system
  for (const topic of ['shop1.orders', 'shop2.orders']) {
    await admin.createTopics([{ topic, partitions: 1, config: {} }])
    await admin.commit(topic.replace('orders', 'billing'), [{ topic, partition: 0, offset: 0n }])
  }
  const { overview, lags } = await lookAt(admin, 'shop1.')()
  expect(overview.partitions.map(({ topic }) => topic)).toEqual(['shop1.orders'])
  expect(lags.map(({ group }) => group)).toEqual(['shop1.billing'])
})
