import { expect, test } from 'vitest'
import { type Log, silentLog } from '../log.ts'
import { Postpone, Unrecoverable } from '../definition/outcome.ts'
import { billing, placed } from './testing/billing.ts'
import { range } from './testing/gates.ts'
import { InvoiceOrder, OrderBilled } from './testing/messages.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { passTime, until, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const topic = 'billing.order-billed'
const again = { topic, partitions: 1, config: {} }

function keptLog() {
  const errors: string[] = []
  const log: Log = { ...silentLog, error: (_, message) => void errors.push(message) }
  return { log, errors }
}

/** Says of each order that it is billed, and has it invoiced. */
const invoicing = () =>
  billing((order, { send }) => send(InvoiceOrder(order)), { produces: [OrderBilled, InvoiceOrder], partitions: 1 })

const ordersIn = async (system: TestSystem, of: string) => (await system.records(of)).map(({ key }) => String(key))
const orders = (from: number, to: number) => range(from, to).map((number) => `order-${number}`)

test('what goes to a topic that is not there waits for it, in order, and nothing else does', async () => {
  const { endpoint } = invoicing()
  const { log, errors } = keptLog()
  const system = await testSystem(endpoint, { log })
  const { engine } = await system.start()
  await system.broker.admin.deleteTopics([topic])
  for (const number of range(0, 5)) {
    await system.publish(placed(number))
    await until('it is invoiced', async () => (await ordersIn(system, 'billing.invoice-order')).length > number)
  }
  await passTime(10_000)

  await system.settled()
  expect(await ordersIn(system, 'billing.invoice-order')).toEqual(orders(0, 5))
  expect(engine.status().missingTopics).toEqual([topic])
  expect(errors).toEqual([
    `topic ${topic} is not there: somebody has deleted it. What goes there waits in the outbox. \`petrel deploy\` makes it again`,
  ])

  await system.broker.admin.createTopics([again])
  await system.publish(placed(5))
  await passTime(5_000)
  expect(await ordersIn(system, topic)).toEqual(orders(0, 6))
  expect(await ordersIn(system, 'billing.invoice-order')).toEqual(orders(0, 6))
  expect(engine.status().missingTopics).toBeUndefined()
  await passTime(5_000)
  expect(await system.store.pendingOutbox('billing/0')).toEqual([])
})

test('what waits for a topic is sent by whoever has the lane next', async () => {
  const { endpoint } = invoicing()
  const system = await testSystem(endpoint)
  const first = await system.start()
  await system.broker.admin.deleteTopics([topic])
  await system.publish(placed(0), placed(1))
  await until('they are invoiced', async () => (await ordersIn(system, 'billing.invoice-order')).length === 2)
  first.process.kill()
  await untilIdle()

  // The deployment of the next one makes the topic.
  await system.start()
  await passTime(5_000)
  expect(await ordersIn(system, topic)).toEqual(orders(0, 2))
})

test('a timeout whose topic is not there waits for it, and others do not', async () => {
  const { endpoint } = billing((_order, _context, run) => {
    if (run === 1) throw new Postpone('5s', 'the bank is closed')
  })
  const system = await testSystem(endpoint)
  await system.start()
  const overdue = { topic: 'billing.gone', key: 'order-1', value: null, headers: {} }
  const dueAt = new Date(Date.now() + 1_000)
  const nothing = { lane: 'billing/0', handled: [], outgoing: [], rows: new Map(), sagas: [], sent: [] }
  await system.store.save([{ ...nothing, scheduled: [{ id: 'overdue', dueAt, record: overdue }] }])
  const [id = ''] = await system.publish(placed(0))
  await until('it is handled', () => system.isHandled(id))
  expect(system.store.scheduled().map((each) => each.id)).toEqual(['overdue'])

  await system.broker.admin.createTopics([{ topic: overdue.topic, partitions: 1, config: {} }])
  await passTime(11_000)
  expect(await system.records(overdue.topic)).toHaveLength(1)
  expect(system.store.scheduled()).toEqual([])
})

test('a retry topic is missed while the endpoint has its delay, and not when it is one of a former delay', async () => {
  const { endpoint } = billing(() => {}, { recoverability: { delayed: ['2s'] } })
  const { log, errors } = keptLog()
  const system = await testSystem(endpoint, { log })
  const [former, present] = ['billing.retry.1h', 'billing.retry.2s']
  await system.broker.admin.createTopics([{ topic: former, partitions: 1, config: {} }])
  const { engine } = await system.start()
  await system.broker.admin.deleteTopics([former, present])
  await until('one is missed', () => errors.length > 0)
  await passTime(10_000)
  expect(engine.status().groups.flatMap(({ missingTopics = [] }) => missingTopics)).toEqual([present])
  expect(errors).toHaveLength(1)
})

test('a failed message whose dead letter topic is not there is not passed over', async () => {
  const { endpoint } = billing(() => {
    throw new Unrecoverable('no such customer')
  })
  const system = await testSystem(endpoint)
  await system.start()
  await system.broker.admin.deleteTopics(['billing.dlt'])
  await system.publish(placed(0))
  await passTime(10_000)
  expect(await system.lag('billing')).toBe(1n)
  await system.broker.admin.createTopics([{ topic: 'billing.dlt', partitions: 1, config: {} }])
  await passTime(10_000)
  expect(new Set(await ordersIn(system, 'billing.dlt'))).toEqual(new Set(orders(0, 1)))
  expect(await system.lag('billing')).toBe(0n)
})
