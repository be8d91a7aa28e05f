// Orders per second through the whole shop: page, sales, billing (over HTTP to the gateway), stock, shipping, email (over SMTP), loyalty.
//   node bench/orders.ts [--orders 2000] [--side-by-side 20] [--blast] [--checkout <folder>]
// With --blast the orders are handed to Kafka directly, as fast as it takes them: what the shop does with a backlog.
// With --checkout it is the shop of another folder: `npm run bench -- shop --against` runs both in turn, and measures more.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CpuRecorder, cpuSeconds, residentMiB } from './cpu.ts'
import { loadCheckout, thisCheckout } from './shop/checkout.ts'
import { openOrderHistory, untilAllDone } from './shop/orderHistory.ts'
import { blast, sideBySide } from './shop/placing.ts'
import { serviceDatabases } from './shop/serviceDatabases.ts'
import { servicePids } from './shop/servicePids.ts'
import { verify } from './shop/verify.ts'

const { values: args } = parseArgs({
  options: {
    orders: { type: 'string', default: '2000' },
    'side-by-side': { type: 'string', default: '20' },
    blast: { type: 'boolean', default: false },
    checkout: { type: 'string', default: thisCheckout },
  },
})
const orders = Number(args.orders)
const place = args.blast ? blast(orders) : sideBySide(Number(args['side-by-side']), orders)

const checkout = await loadCheckout(resolve(args.checkout))
const { stack, remove } = await checkout.startOwnStack()
try {
  await using shop = await checkout.openShop({ addresses: stack, pageGoesFirst: true })
  await using history = await openOrderHistory(serviceDatabases(shop.system), checkout.wholeJourney)
  const services = servicePids(shop.running)
  const { kafka = 0, postgres = 0 } = stack.pids()
  const recorder = new CpuRecorder(() => ({
    ...Object.fromEntries(Object.entries(services).map(([name, pid]) => [name, cpuSeconds(pid)])),
    broker: cpuSeconds(kafka),
    database: cpuSeconds(postgres, { withChildren: true }),
  }))
  const began = Date.now()
  const placed = await place({ shop, history, contracts: checkout })
  const accepted = Date.now()
  await untilAllDone(
    history,
    placed.map(({ orderId }) => orderId),
  )
  const done = Date.now()
  recorder.stop()
  await verify(shop, placed)

  console.log(`| ${orders} orders | per second | ms |`)
  console.log('|---|---|---|')
  console.log(`| accepted | ${rate(accepted - began)} | ${accepted - began} |`)
  console.log(`| done: shipped, mailed, rewarded | ${rate(done - began)} | ${done - began} |`)
  console.log('\n| process | CPU ms an order | resident MiB |\n|---|---|---|')
  for (const [name, seconds] of Object.entries(recorder.between(began, done)))
    console.log(`| ${name} | ${((seconds * 1000) / orders).toFixed(2)} | ${memoryOf(services[name])} |`)
} finally {
  await remove()
}

function rate(ms: number): number {
  return Math.round((orders / ms) * 1000)
}

function memoryOf(pid: number | undefined): number | string {
  return pid === undefined ? '' : residentMiB(pid)
}
