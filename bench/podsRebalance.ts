// How long orders stand still because a pod joins or leaves: on a cluster, sales has two pods, customers order all the time, a third
// pod joins, and leaves again.
//   npm run bench -- pods-rebalance [--rounds 3] [--rate 100] [--namespace petrel-test]
// The shop must be installed there, scaled by KEDA. Sales publishes an event for each order. A standstill is the longest time in which
// one of its lanes published none; at 100 orders a second a lane has one every 60 ms, so "nothing happens" is what to compare with.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { GROUND } from '../deploy/cluster/names.ts'
import { clusterShop } from '../test/cluster/support/clusterShop.ts'
import { pauseAt, scaleAgain } from '../test/cluster/support/scaling.ts'
import { watchReplicas } from '../test/cluster/support/watchReplicas.ts'
import { table } from './figures/table.ts'
import { longestStandstill, type Times } from './rebalance/standstill.ts'

const { values: args } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    rate: { type: 'string', default: '100' },
    namespace: { type: 'string', default: 'petrel-test' },
  },
})
const service = 'sales'
const topic = 'sales.order-placed'
/** A rebalance, and what was held up by it, are over by then. */
const calmMs = 5_000
/** Of orders that a customer places in one go. */
const portionS = 20

interface Change {
  readonly kind: 'nothing happens' | 'a pod joins' | 'a pod leaves'
  readonly from: number
  readonly to: number
}

const shop = clusterShop({ namespace: args.namespace })
const rate = Number(args.rate)
const before = await shop.books()
const began = Date.now()
await scaledTo(2)
const customers = customersUntilStopped()
const changes = await comeAndGo(Number(args.rounds))
const accepted = await customers.stop()
await scaleAgain(shop, service)
await shop.expectBooksExact(before.sold + accepted, 1_800_000)
print(await publishTimes())

/** Two that take turns in pausing, since each begins a portion of twenty seconds with the start of a program. */
function customersUntilStopped() {
  const stopped = new AbortController()
  const first = orderUntil(stopped.signal, 0)
  const second = orderUntil(stopped.signal, portionS / 2)
  return {
    async stop() {
      stopped.abort()
      return (await first) + (await second)
    },
  }
}

/** @returns how many orders were accepted */
async function orderUntil(stopped: AbortSignal, afterS: number): Promise<number> {
  let accepted = 0
  await sleep(afterS * 1000)
  while (!stopped.aborted) {
    const placed = await shop.place({ count: (rate / 2) * portionS, rate: rate / 2 })
    accepted += placed.accepted
    if (Object.keys(placed.failures).length > 0) console.error(`not accepted: ${JSON.stringify(placed.failures)}`)
  }
  return accepted
}

async function comeAndGo(rounds: number): Promise<Change[]> {
  const changes: Change[] = []
  const during = async (kind: Change['kind'], act: () => Promise<void>) => {
    const from = Date.now()
    await act()
    await sleep(calmMs)
    changes.push({ kind, from, to: Date.now() })
  }
  await sleep(calmMs)
  for (let round = 0; round < rounds; round += 1) {
    await during('nothing happens', () => sleep(calmMs))
    await during('a pod joins', () => scaledTo(3))
    await during('a pod leaves', () => scaledTo(2))
  }
  return changes
}

async function scaledTo(replicas: number): Promise<void> {
  await pauseAt(shop, service, replicas)
  const watch = watchReplicas(shop.namespace, shop.named(service))
  await watch.until(({ wanted, ready }) => wanted === replicas && ready === replicas, 180_000)
  await watch.stop()
}

/** As the broker knows them. */
async function publishTimes(): Promise<Times> {
  const brokers = `kafka.${GROUND}.svc.cluster.local:9092`
  const script = await readFile(join(import.meta.dirname, 'pods/publishTimes.mjs'), 'utf8')
  const printed = await shop.visit(script, { KAFKA_BROKERS: brokers, TOPIC: topic, BEGAN: String(began) })
  const times = new Map<number, number[]>()
  for (const [, lane, time] of printed.matchAll(/^(\d+) (\d+)$/gm))
    times.set(Number(lane), [...(times.get(Number(lane)) ?? []), Number(time)])
  for (const lane of times.values()) lane.sort((a, b) => a - b)
  return times
}

function print(times: Times): void {
  const kinds = [...new Set(changes.map(({ kind }) => kind))]
  const row = (kind: Change['kind']) => {
    const found = changes.filter((change) => change.kind === kind).map((change) => longestStandstill(times, change))
    const sorted = found.toSorted((a, b) => a - b)
    return [kind, `${sorted[Math.floor(sorted.length / 2)]} (${found.join(' · ')})`]
  }
  console.log(table([['longest standstill of a lane, ms', 'median (all)'], ...kinds.map(row)]))
}
