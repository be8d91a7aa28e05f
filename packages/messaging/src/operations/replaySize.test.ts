import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { setImmediate } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { memoryBroker } from '../broker/memory.ts'
import type { Broker, BrokerRecord } from '../broker/port.ts'
import { sizeOf } from '../broker/size.ts'
import { ce } from '../headers.ts'
import { plan } from './plan.ts'
import { replay } from './replay.ts'
import { billing } from './testing/shop.ts'

// Counted, not timed: what is read, and what is kept of it.
vi.setConfig({ testTimeout: 60_000 })

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const letters = 2_000
const prefix = 'p.'

async function brokerWithLetters(count: number, bodyBytes: number) {
  const broker = memoryBroker()
  await broker.admin.createTopics(plan(billing, prefix).topics)
  for (let index = 0; index < count; index += 1)
    await broker.publish([
      { topic: 'p.billing.dlt', key: `k-${index}`, value: Buffer.alloc(bodyBytes, index), headers: { [ce.id]: `m-${index}` } },
    ])
  return broker
}

/** Counts records by topic as they are read, and how many of their bodies somebody still holds. */
function counting(broker: Broker) {
  const read = new Map<string, number>()
  let bodies: WeakRef<Buffer>[] = []
  let mostHeld = 0
  const countHeld = async () => {
    // A reference lives until the end of the task that made it.
    await setImmediate()
    collectGarbage()
    bodies = bodies.filter((body) => body.deref() !== undefined)
    mostHeld = Math.max(mostHeld, bodies.length)
  }
  async function* counted(records: AsyncIterable<BrokerRecord>): AsyncIterable<BrokerRecord> {
    for await (const record of records) {
      const count = (read.get(record.topic) ?? 0) + 1
      read.set(record.topic, count)
      const body = Buffer.from(record.value ?? [])
      if (record.topic.endsWith('.dlt')) bodies.push(new WeakRef(body))
      if (count % 200 === 0) await countHeld()
      yield { ...record, value: body }
    }
  }
  const published: number[] = []
  const admin = { ...broker.admin, read: (...args: Parameters<Broker['admin']['read']>) => counted(broker.admin.read(...args)) }
  const publish: Broker['publish'] = async (records) => {
    published.push(records.reduce((sum, record) => sum + sizeOf(record), 0))
    // As over a network: the broker keeps bytes of its own.
    await broker.publish(records.map((record) => ({ ...record, value: Buffer.from(record.value ?? []) })))
  }
  return { broker: { ...broker, admin, publish }, read, published, held: () => mostHeld }
}

test('a replay of thousands reads each mark once and each body twice, and keeps the bodies of one step', async () => {
  const counted = counting(await brokerWithLetters(letters, 10_000))
  expect(await replay({ endpoint: 'billing', by: 'a test' }, { broker: counted.broker, prefix })).toMatchObject({
    replayed: letters,
  })
  expect(counted.read.get('p.billing.dlt')).toBe(2 * letters)
  // Each step reads the marks of those before it.
  expect(counted.read.get('p.billing.replayed')).toBe(letters - 100)
  expect(counted.held()).toBeGreaterThan(0)
  expect(counted.held()).toBeLessThanOrEqual(300)
})

test('a replay of large bodies sends some megabytes at a time', async () => {
  const counted = counting(await brokerWithLetters(20, 1_000_000))
  expect(await replay({ endpoint: 'billing', by: 'a test' }, { broker: counted.broker, prefix })).toMatchObject({ replayed: 20 })
  expect(Math.max(...counted.published)).toBeLessThanOrEqual(6_000_000)
})

test('a replay of the last dead letter reads the topic once, and that letter again', async () => {
  const counted = counting(await brokerWithLetters(letters, 10))
  await replay({ endpoint: 'billing', ids: [`m-${letters - 1}`], by: 'a test' }, { broker: counted.broker, prefix })
  expect(counted.read.get('p.billing.dlt')).toBe(letters + 1)
})
