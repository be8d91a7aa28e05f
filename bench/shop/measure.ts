import { CpuRecorder } from '../cpu.ts'
import { percentile } from '../figures/statistics.ts'
import { readBatches } from './batches.ts'
import type { ShopFigures } from './figures.ts'
import type { Load } from './loads.ts'
import { watchLocks } from './lockWaits.ts'
import { type MeasuredShop, openForMeasuring } from './openForMeasuring.ts'
import { lastEffects, untilAllDone } from './orderHistory.ts'
import type { PlacedOrder } from './placing.ts'
import { readStatements, resetStatements } from './statements.ts'
import { verify } from './verify.ts'

const CPU_EVERY_MS = 200

/** Opens a shop of its own, places the orders, waits for the last effect of each, and reads what was counted meanwhile. */
export async function measure(load: Load): Promise<ShopFigures> {
  await using open = await openForMeasuring()
  await resetStatements(open.superuserUrl)
  const locks = await watchLocks(open.superuserUrl, open.databases)
  const cpu = new CpuRecorder(open.cpu, CPU_EVERY_MS)
  const began = Date.now()
  const placed = await load.place(open)
  const accepted = Date.now()
  await untilAllDone(
    open.history,
    placed.map(({ orderId }) => orderId),
  )
  cpu.stop()
  const lockWaits = await locks.stop()
  await verify(open.shop, placed)
  return { ...(await figures({ open, load, cpu, placed, began, accepted })), lockWaits }
}

interface Run {
  readonly open: MeasuredShop
  readonly load: Load
  readonly cpu: CpuRecorder<string>
  readonly placed: readonly PlacedOrder[]
  readonly began: number
  readonly accepted: number
}

async function figures({ open, load, cpu, placed, began, accepted }: Run): Promise<Omit<ShopFigures, 'lockWaits'>> {
  const effects = await lastEffects(open.history)
  const done = Math.max(...effects.values())
  const latencies = placed.map(({ orderId, at }) => (effects.get(orderId) ?? Infinity) - at)
  const perOrder = ([process, seconds]: [string, number]) => [process, (seconds * 1000) / placed.length]
  return {
    load: load.name,
    orders: placed.length,
    seconds: (done - began) / 1000,
    acceptedPerSecond: placed.length / ((accepted - began) / 1000),
    donePerSecond: placed.length / ((done - began) / 1000),
    cpuMs: Object.fromEntries(Object.entries(cpu.between(began, done)).map(perOrder)),
    latencyMs: { p50: percentile(latencies, 50), p95: percentile(latencies, 95), p99: percentile(latencies, 99) },
    residentMiB: open.residentMiB(),
    batches: await readBatches(open.databases, new Date(began)),
    statements: await readStatements(open.superuserUrl, open.databases),
  }
}
