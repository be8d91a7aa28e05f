import { randomBytes } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Endpoint, type openTracing, uuid7 } from '@petrel/messaging'
import { bench } from '../effectsOnce/endpoint.ts'
import { PlaceOrder } from '../effectsOnce/messages.ts'
import {
  type AuditMode,
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

interface Watched {
  /** Default: the work of `effects-once`. */
  readonly endpoint?: Endpoint
  readonly metered?: boolean
  readonly tracing?: Awaited<ReturnType<typeof openTracing>>
  /** Of the messages, whose trace is recorded. */
  readonly share?: number
  readonly audit?: AuditMode
}

/** Handles so many messages, which wait when the endpoint starts: one lane takes 250 at a time. */
export async function costOf(messages: number, watched: Watched): Promise<Cost> {
  const { endpoint = bench, metered = false, tracing, share = 1, audit = 'all' } = watched
  const registry = memoryRegistry()
  const { broker, admin, encode } = await memoryTransport([{ endpoint }], { registry })
  const records = Array.from(
    { length: messages },
    (_, index) => encode(PlaceOrder(order(index)), { trace: traceOf(index % (1 / share) === 0) }).record,
  )
  const metrics = processRegistry(endpoint.name)
  const plain = { broker, store: memoryStore(), reports: [] }
  const status = () => statusBeforeJoining(endpoint.name)
  const { store, reports, ...measured } = metered ? endpointMetrics(metrics, { endpoint, prefix: '', ...plain, status }) : plain
  await broker.publish(records)
  collectGarbage()
  const before = process.cpuUsage()
  const engine = await startEngine({
    endpoint,
    prefix: '',
    broker: measured.broker,
    store,
    reports,
    registry,
    log: silentLog,
    spans: tracing?.spans,
    audit,
  })
  await untilDone(admin, endpoint.name, messages)
  await engine.stop()
  await tracing?.close()
  const { user, system } = process.cpuUsage(before)
  const began = performance.now()
  if (metered) await expose(metrics)
  return { cpu: (user + system) / messages, scrapeMs: metered ? performance.now() - began : 0 }
}

/** Exemplars are a part of the cost. */
const traceOf = (isRecorded: boolean) => ({
  traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-0${isRecorded ? 1 : 0}`,
})

async function untilDone(
  admin: Awaited<ReturnType<typeof memoryTransport>>['admin'],
  group: string,
  messages: number,
): Promise<void> {
  for (;;) {
    const positions = await admin.committed(group, [PlaceOrder.topic])
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
