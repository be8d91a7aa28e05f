import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { uuid7 } from '@petrel/messaging'
import { bench } from '../effectsOnce/endpoint.ts'
import { PlaceOrder } from '../effectsOnce/messages.ts'
import {
  processRegistry,
  endpointMetrics,
  expose,
  memoryRegistry,
  memoryStore,
  memoryTransport,
  silentLog,
  startEngine,
  statusBeforeJoining,
} from '../support.ts'

setFlagsFromString('--expose-gc')
/** What a run leaves behind would be paid for by the next one. */
const collectGarbage = runInNewContext('gc') as () => void

/** What one run costs. */
export interface Cost {
  /** Microseconds of CPU a message, of this process. */
  readonly cpu: number
  /** What a scrape takes afterwards, in milliseconds; 0 without metrics. */
  readonly scrapeMs: number
}

const status = () => statusBeforeJoining(bench.name)

/** Handles so many messages, which wait when the endpoint starts: one lane takes 250 at a time. */
export async function costOf(messages: number, { metered }: { readonly metered: boolean }): Promise<Cost> {
  const registry = memoryRegistry()
  const { broker, admin, encode } = await memoryTransport([{ endpoint: bench }], { registry })
  const records = Array.from({ length: messages }, (_, index) => encode(PlaceOrder(order(index)), { trace: traced }).record)
  const metrics = processRegistry(bench.name)
  const plain = { broker, store: memoryStore(), reports: [] }
  const { store, reports, ...measured } = metered
    ? endpointMetrics(metrics, { endpoint: bench, prefix: '', ...plain, status })
    : plain
  await broker.publish(records)
  collectGarbage()
  const before = process.cpuUsage()
  const engine = await startEngine({
    endpoint: bench,
    prefix: '',
    broker: measured.broker,
    store,
    reports,
    registry,
    log: silentLog,
  })
  await untilDone(admin, messages)
  const { user, system } = process.cpuUsage(before)
  await engine.stop()
  const began = performance.now()
  if (metered) await expose(metrics)
  return { cpu: (user + system) / messages, scrapeMs: metered ? performance.now() - began : 0 }
}

/** Exemplars are a part of the cost. */
const traced = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }

async function untilDone(admin: Awaited<ReturnType<typeof memoryTransport>>['admin'], messages: number): Promise<void> {
  for (;;) {
    const positions = await admin.committed(bench.name, [PlaceOrder.topic])
    if (positions.reduce((sum, { offset }) => sum + Number(offset), 0) >= messages) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const order = (index: number): PlaceOrder => ({
  orderId: uuid7(),
  customerId: `customer-${index % 1000}`,
  placedAt: new Date(),
  currency: 'EUR',
  amountCents: 12_945,
  lines: [{ sku: `SKU-000${index % 10}`, quantity: 2, unitCents: 1250 }],
})
