import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ChargeOrder } from '@petrel/contracts'
import { endpoint, type Service } from '@petrel/messaging'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deployBilling } from '../support/deployBilling.ts'
import { eventually, joined, type RunningService, type TestSystem, testSystem } from '../support/stack.ts'
import { type Labels, type Scrape, scraping } from './scrape.ts'

const customer = endpoint({ name: 'customer', produces: [ChargeOrder] })
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

/** A payment gateway that charges whatever it is asked for. */
async function gateway() {
  const server = createServer((_, response) => response.writeHead(200).end('{"chargeId":"ch_1"}')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

const charge = (orderId: string) =>
  ChargeOrder({ orderId, customerId: 'ada', email: 'ada@example.com', amountCents: 700, currency: 'EUR' })

/** Waits until a metric has this value, or whatever else is expected of it. */
const untilIt = (of: () => Promise<Scrape>, name: string, labels: Labels, value: unknown) =>
  eventually(async () => expect((await of()).sum(name, labels), name).toEqual(value), { withinMs: 60_000, everyMs: 200 })

describe('the metrics of a billing that runs', () => {
  let system: TestSystem
  let sender: Service
  let bank: Awaited<ReturnType<typeof gateway>>
  let billing: RunningService
  let scrape: () => Promise<Scrape>
  let kafka: () => Promise<Scrape>

  beforeAll(async () => {
    system = await testSystem()
    sender = await deployBilling(system, customer)
    bank = await gateway()
    billing = await system.startService('billing', { OPS_PORT: '0', PAYMENT_GATEWAY_URL: bank.url })
    scrape = await scraping(billing)
    kafka = await scraping(await system.startService('lag-exporter', { OPS_PORT: '0' }))
    await joined(billing)
  })
  afterAll(async () => {
    await sender.stop()
    await system.cleanup()
    bank.close()
  })

  const type = { message_type: 'billing.ChargeOrder' }

  test('are there before anything has happened, with the name of the service', async () => {
    const now = await scrape()
    expect(now.sum('petrel_messages_handled_total', { ...type, endpoint: 'billing' })).toBe(0)
    expect(now.sum('shop_orders_billed_total', { endpoint: 'billing' })).toBe(0)
    expect(now.sum('petrel_group_member', { group: 'billing' })).toBe(1)
    expect(now.sum('petrel_group_member', { group: 'billing.retry' })).toBe(1)
    expect(now.sum('petrel_outbox_rows')).toBe(0)
    expect(now.sum('process_resident_memory_bytes')).toBeGreaterThan(0)
  })

  test('say what an order that is charged has done, once, also when its message came twice', async () => {
    const id = 'e2a7a9a4-0f2d-4c58-9e0b-5c3f3d1c7a11'
    await sender.send(charge('o-1'), { id, trace: { traceparent } })
    await untilIt(scrape, 'petrel_messages_handled_total', type, 1)
    await sender.send(charge('o-1'), { id })
    await untilIt(scrape, 'petrel_duplicates_dropped_total', {}, 1)

    const now = await scrape()
    expect(now.sum('shop_orders_billed_total')).toBe(1)
    expect(now.sum('petrel_messages_handled_total', type)).toBe(1)
    expect(now.sum('messaging_process_duration_seconds_count', type)).toBe(1)
    expect(now.sum('petrel_critical_time_seconds_count', type)).toBe(1)
    const topic = { messaging_destination_name: 'billing.charge-order', messaging_consumer_group_name: 'billing' }
    expect(now.sum('messaging_client_consumed_messages_total', topic)).toBe(2)
    const sent = { messaging_destination_name: 'billing.order-billed' }
    expect(now.sum('messaging_client_sent_messages_total', sent)).toBe(1)
    for (const name of ['petrel_batch_size', 'petrel_save_duration_seconds', 'petrel_publish_duration_seconds'])
      expect(now.sum(`${name}_count`), name).toBeGreaterThan(0)
    expect(now.text).toMatch(/^petrel_critical_time_seconds_bucket.* # \{trace_id="4bf92f3577b34da6a3ce929d0e0e4736"\}/m)
    await untilIt(scrape, 'petrel_sagas', { saga: 'payment-policy', state: 'completed' }, 1)
  })

  test('say how a message that fails is tried again and again, and then waits for a person', async () => {
    await system.breakService('billing', 'a bug')
    await sender.send(charge('o-2'))
    await untilIt(scrape, 'petrel_messages_dead_lettered_total', type, 1)
    await system.mendService('billing')

    const now = await scrape()
    const retried = (labels: Labels) => now.sum('petrel_messages_retried_total', { ...type, ...labels })
    // Four deliveries, three tries each: the first two of them are tried again at once.
    expect(now.sum('petrel_messages_failed_total', { ...type, error_type: 'Error' })).toBe(12)
    expect(retried({ kind: 'immediate' })).toBe(8)
    for (const attempt of ['1', '2', '3']) expect(retried({ kind: 'delayed', attempt })).toBe(1)
    expect(now.sum('petrel_messages_handled_total', type)).toBe(1)
    expect(now.sum('shop_orders_billed_total')).toBe(1)
    const dlt = { messaging_destination_name: 'billing.dlt' }
    expect(now.sum('messaging_client_sent_messages_total', dlt)).toBe(1)
  })

  test('are beside those of Kafka: the dead letter, the members, and no lag', async () => {
    await untilIt(kafka, 'petrel_dead_letters', { endpoint_of: 'billing' }, 1)
    await untilIt(kafka, 'kafka_consumergroup_members', { consumergroup: 'billing' }, 1)
    const topic = { consumergroup: 'billing', topic: 'billing.charge-order' }
    await untilIt(kafka, 'kafka_consumergroup_lag', topic, 0)
    await untilIt(kafka, 'kafka_consumergroup_current_offset', topic, 3)
    expect((await kafka()).sum('kafka_brokers')).toBe(1)
  })

  test('show what waits for a billing that was stopped: how much, for how long, and that nobody is there', async () => {
    await billing.stop()
    await sender.send(charge('o-3'))
    const topic = { consumergroup: 'billing', topic: 'billing.charge-order' }
    await untilIt(kafka, 'kafka_consumergroup_lag', topic, 1)
    await untilIt(kafka, 'kafka_consumergroup_members', { consumergroup: 'billing' }, 0)
    expect((await kafka()).sum('kafka_consumergroup_lag_seconds', topic)).toBeGreaterThan(0)
  })
})
