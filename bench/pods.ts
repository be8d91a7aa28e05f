// What replicas bring in pods: services work off a backlog in pods of a fixed size, one service after the other, on a cluster.
//   npm run bench -- pods [--replicas 1,2] [--orders 20000] [--namespace petrel-test]
// The shop must be installed there, scaled by KEDA, with the CPU limit that is to be measured. Orders are handed to Kafka while
// all services stand still; then sales works them off, then billing, then stock, then shipping: each finds what the one before
// has said, and nothing else runs meanwhile.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { GROUND } from '../deploy/cluster/names.ts'
import { Problem } from '../deploy/local/problem.ts'
import { clusterShop } from '../test/cluster/support/clusterShop.ts'
import { pauseAt, scaleAgain } from '../test/cluster/support/scaling.ts'
import { watchReplicas } from '../test/cluster/support/watchReplicas.ts'
import { short, table } from './figures/table.ts'

const { values: args } = parseArgs({
  options: {
    replicas: { type: 'string', default: '1,2' },
    orders: { type: 'string', default: '20000' },
    namespace: { type: 'string', default: 'petrel-test' },
  },
})

const measured = ['sales', 'billing', 'stock', 'shipping'] as const
const all = [...measured, 'email', 'loyalty', 'client-ui']
/** Messages that an order leaves in a service's topics when everything before it has been done. */
const messagesAnOrder: Readonly<Record<(typeof measured)[number], number>> = { sales: 1, billing: 1, stock: 1, shipping: 3 }
/** Handled before it is measured, of the backlog: what runs for hours has been compiled. */
const WARM_UP = 0.3
const LOOK_EVERY_MS = 500
/** What is over sooner says nothing. */
const SHORTEST_S = 5

const withRatio = (rate: number, first: number): string => `${short(rate)} (${short(rate / first)})`

const placeOrders = await readFile(join(import.meta.dirname, 'pods/placeOrders.mjs'), 'utf8')
const addresses = {
  KAFKA_BROKERS: `kafka.${GROUND}.svc.cluster.local:9092`,
  SCHEMA_REGISTRY_URL: `http://registry.${GROUND}.svc.cluster.local:8080/apis/ccompat/v7`,
}
const shop = clusterShop({ namespace: args.namespace })
const numbers = args.replicas.split(',').map(Number)
const rates: Record<string, number[]> = Object.fromEntries(measured.map((service) => [service, []]))
for (const replicas of numbers) await measure(replicas)
console.log(
  table([
    ['messages a second (× the first)', ...numbers.map((number) => `${number} pods`)],
    ...measured.map((service) => [
      service,
      ...(rates[service] ?? []).map((rate) => withRatio(rate, rates[service]?.[0] ?? rate)),
    ]),
  ]),
)

async function measure(replicas: number): Promise<void> {
  for (const service of all) await scaled(service, 0)
  const { sold: before } = await shop.books()
  const orders = Number(args.orders) * replicas
  await shop.visit(placeOrders, { ...addresses, COUNT: String(orders) })
  for (const service of measured) {
    const rate = await workOff(service, orders * messagesAnOrder[service], replicas)
    rates[service]?.push(rate)
    console.error(`${service} × ${replicas}: ${short(rate)} messages a second`)
  }
  for (const service of all) await scaleAgain(shop, service)
  await shop.expectBooksExact(before + orders, 1_800_000)
}

/** @returns messages a second, once warm */
async function workOff(service: string, backlog: number, replicas: number): Promise<number> {
  const before = await handled(service)
  await scaled(service, replicas)
  const from = await reaches(service, before + backlog * WARM_UP)
  const to = await reaches(service, before + backlog * 0.95)
  await reaches(service, before + backlog)
  await scaled(service, 0)
  const seconds = (to.at - from.at) / 1000
  if (seconds < SHORTEST_S)
    throw new Problem(`${service} × ${replicas} worked its backlog off in ${short(seconds)} s: measure with more --orders.`)
  return (to.count - from.count) / seconds
}

async function scaled(service: string, replicas: number): Promise<void> {
  await pauseAt(shop, service, replicas)
  const watch = watchReplicas(shop.namespace, shop.named(service))
  await watch.until(({ wanted, ready }) => wanted === replicas && ready === replicas, 180_000)
  await watch.stop()
}

async function reaches(service: string, messages: number): Promise<{ readonly at: number; readonly count: number }> {
  for (;;) {
    const count = await handled(service)
    if (count >= messages) return { at: performance.now(), count }
    await sleep(LOOK_EVERY_MS)
  }
}

async function handled(service: string): Promise<number> {
  return Number(await shop.sql(service, 'select count(*) from petrel_inbox'))
}
