// Orders per second through the whole shop: page, sales, billing (over HTTP to the gateway), stock, shipping, email (over SMTP), loyalty.
//   node bench/orders.ts [--orders 2000] [--side-by-side 20] [--blast]
// With --blast the orders are handed to Kafka directly, as fast as it takes them: what the shop does with a backlog.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { PlaceOrder } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import { openShop, type Shop, wholeJourney } from '../test/support/shop.ts'
import { startOwnStack } from '../test/support/oneStack.ts'
import { CpuRecorder, cpuSeconds, residentMiB } from './cpu.ts'

const { values: args } = parseArgs({
  options: {
    orders: { type: 'string', default: '2000' },
    'side-by-side': { type: 'string', default: '20' },
    blast: { type: 'boolean', default: false },
  },
})
const orders = Number(args.orders)

const { stack, remove } = await startOwnStack()
try {
  await using shop = await openShop({ addresses: stack })
  const pids = stack.pids()
  const recorder = new CpuRecorder(() => ({
    ...Object.fromEntries([...shop.running].map(([name, { pid }]) => [name, cpuSeconds(pid)])),
    broker: cpuSeconds(pids.kafka ?? 0),
    database: cpuSeconds(pids.postgres ?? 0, { withChildren: true }),
  }))
  const began = Date.now()
  const ids = await (args.blast ? blast(shop, orders) : placeAll(shop, orders, Number(args['side-by-side'])))
  const accepted = Date.now()
  await untilAllDone(shop, ids)
  const done = Date.now()
  recorder.stop()
  await verify(shop, ids)

  console.log(`| ${orders} orders | per second | ms |`)
  console.log('|---|---|---|')
  console.log(`| accepted | ${rate(accepted - began)} | ${accepted - began} |`)
  console.log(`| done: shipped, mailed, rewarded | ${rate(done - began)} | ${done - began} |`)
  console.log('\n| process | CPU ms an order | resident MiB |\n|---|---|---|')
  for (const [name, seconds] of Object.entries(recorder.between(began, done)))
    console.log(`| ${name} | ${((seconds * 1000) / orders).toFixed(2)} | ${memoryOf(shop, name)} |`)
} finally {
  await remove()
}

function rate(ms: number): number {
  return Math.round((orders / ms) * 1000)
}

function memoryOf(shop: Shop, name: string): number | string {
  const service = [...shop.running].find(([running]) => running === name)?.[1]
  return service === undefined ? '' : residentMiB(service.pid)
}

async function placeAll(shop: Shop, count: number, sideBySide: number): Promise<string[]> {
  const ids: string[] = []
  let next = 0
  const customer = async () => {
    while (next < count) {
      const customerId = `customer-${next++ % 100}`
      ids.push(await shop.placeOrder({ customerId, email: `${customerId}@example.org` }))
    }
  }
  await Promise.all(Array.from({ length: sideBySide }, customer))
  return ids
}

async function blast(shop: Shop, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuid7())
  const send = (orderId: string, index: number) => {
    const customerId = `customer-${index % 100}`
    const lines = [{ sku: 'green-tea', quantity: 2 }]
    return shop.keeper.send(
      PlaceOrder({ orderId, customerId, email: `${customerId}@example.org`, lines, acceptedAt: new Date() }),
    )
  }
  for (let at = 0; at < count; at += 100) await Promise.all(ids.slice(at, at + 100).map((id, index) => send(id, at + index)))
  return ids
}

/** Orders are done roughly in the order in which they came: looking at the oldest that is not done is enough. */
async function untilAllDone(shop: Shop, ids: readonly string[]): Promise<void> {
  const deadline = Date.now() + 300_000
  for (const id of ids)
    while (!isDone(await orderIfKnown(shop, id))) {
      if (Date.now() > deadline) throw new Error(`order ${id} is not done after 5 minutes`)
      await sleep(20)
    }
}

/** With a backlog the page has not heard of every order yet. */
function orderIfKnown(shop: Shop, id: string) {
  return shop.order(id).catch(() => ({ history: [] }))
}

function isDone({ history }: Pick<Awaited<ReturnType<Shop['order']>>, 'history'>): boolean {
  return wholeJourney.every((type) => history.some((step) => step.type === type))
}

async function verify(shop: Shop, ids: readonly string[]): Promise<void> {
  if (new Set(ids).size !== orders) throw new Error(`${orders} orders, but ${new Set(ids).size} ids`)
  const { ordersChargedTwice } = await shop.totals()
  if (ordersChargedTwice !== 0) throw new Error(`${ordersChargedTwice} orders were charged twice`)
  const failures = await shop.failures()
  if (failures.length > 0) throw new Error(`${failures.length} messages wait in dead letter topics`)
}
