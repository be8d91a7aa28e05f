import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { eventually, testSystem, type TestSystem } from '../../../../test/support/stack.ts'
import { kafkajsBroker } from '../broker/kafkajs/broker.ts'
import type { Broker } from '../broker/port.ts'
import type { Duration } from '../definition/duration.ts'
import { endpoint, type Endpoint } from '../definition/endpoint.ts'
import { handler } from '../definition/handler.ts'
import { silentLog } from '../log.ts'
import { deploy } from '../operations/deploy.ts'
import { confluentRegistry } from '../registry/confluent.ts'
import { start } from '../service.ts'
import { readSettings } from '../settings.ts'
import { RefundOrder } from './testing/messages.ts'

let system: TestSystem
let broker: Broker
beforeEach(async () => {
  system = await testSystem()
  broker = kafkajsBroker({ brokers: system.addresses.kafkaBrokers.split(','), clientId: 'test', log: silentLog })
})
afterEach(async () => {
  await broker.close()
  await system.cleanup()
})

/** It fails at the first try. */
function billing(delayed: readonly Duration[]) {
  const attempts: number[] = []
  const refundOrder = handler(RefundOrder, (_, { message }) => {
    attempts.push(message.attempt)
    if (message.attempt === 1) throw new Error('bug')
  })
  const recoverability = { immediate: 0, delayed }
  const definition = endpoint({
    name: 'billing',
    handlers: [refundOrder],
    produces: [RefundOrder],
    partitions: 2,
    recoverability,
  })
  return { definition, attempts }
}

async function started(definition: Endpoint) {
  const registry = confluentRegistry({ url: system.addresses.registryUrl })
  const database = { url: await system.createDatabase('billing') }
  await deploy({ endpoint: definition, database }, { admin: broker.admin, registry, prefix: system.prefix })
  const service = await start(definition, readSettings({ ...(await system.env('billing')), LOG_LEVEL: 'silent', AUDIT: 'off' }))
  onTestFinished(() => service.stop())
  return service
}

const recordsIn = async (topic: string) =>
  (await broker.admin.offsets(system.prefix + topic)).reduce((sum, { latest }) => sum + latest, 0n)

test('a message that waits for a delay which its endpoint no longer has is handled all the same', async () => {
  const before = billing(['1h'])
  const first = await started(before.definition)
  await first.send(RefundOrder({ orderId: 'order-1', number: 1 }))
  await eventually(async () => expect(await recordsIn('billing.retry.1h')).toBe(1n))
  await first.stop()

  const after = billing(['2s', '4s'])
  await started(after.definition)

  await eventually(() => expect(after.attempts).toEqual([2]))
  expect(await recordsIn('billing.retry.2s')).toBe(0n)
})
