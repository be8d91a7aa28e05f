// Orders per second through the whole shop: page, sales, billing (over HTTP to the gateway), stock, shipping, email (over SMTP), loyalty.
//   node bench/orders.ts [--orders 2000] [--side-by-side 20]
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openShop, type Shop, wholeJourney } from '../test/support/shop.ts'
import { startOwnStack } from '../test/support/oneStack.ts'
import { CpuRecorder, cpuSeconds, residentMiB } from './cpu.ts'

const { values: args } = parseArgs({
  options: { orders: { type: 'string', default: '2000' }, 'side-by-side': { type: 'string', default: '20' } },
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
  const ids = await placeAll(shop, orders, Number(args['side-by-side']))
  const accepted = Date.now()
  await untilAllDone(shop, ids)
  const done = Date.now()
  recorder.stop()
  await verify(shop, ids)

  console.log(`| ${orders} orders | per second | ms |`)
  console.log('|---|---|---|')
  console.log(`| accepted (202) | ${rate(accepted - began)} | ${accepted - began} |`)
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

/** Orders are done roughly in the order in which they came: looking at the oldest that is not done is enough. */
async function untilAllDone(shop: Shop, ids: readonly string[]): Promise<void> {
  const deadline = Date.now() + 300_000
  for (const id of ids)
    while (!isDone(await shop.order(id))) {
      if (Date.now() > deadline) throw new Error(`order ${id} is not done after 5 minutes`)
      await sleep(20)
    }
}

function isDone({ history }: Awaited<ReturnType<Shop['order']>>): boolean {
  return wholeJourney.every((type) => history.some((step) => step.type === type))
}

async function verify(shop: Shop, ids: readonly string[]): Promise<void> {
  if (new Set(ids).size !== orders) throw new Error(`${orders} orders, but ${new Set(ids).size} ids`)
  const { ordersChargedTwice } = await shop.totals()
  if (ordersChargedTwice !== 0) throw new Error(`${ordersChargedTwice} orders were charged twice`)
  const failures = await shop.failures()
  if (failures.length > 0) throw new Error(`${failures.length} messages wait in dead letter topics`)
}
