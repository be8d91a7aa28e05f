// What an order costs: the whole shop under several loads, each on a stack of its own.
//   npm run bench -- shop [--orders 2000] [--load blast --load 20 …] [--rate 50 --seconds 20] [--statements 20]
//   npm run bench -- shop --against <folder of another checkout> [--rounds 3] [--orders 2000] [--load blast …]
// Loads: alone, 2, 20, 200, rate, blast; all of them unless some are named. Against another checkout: blast.
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { pairsTable, runInTurn } from './shop/against.ts'
import { type Load, loadsOf } from './shop/loads.ts'
import { measure, type ShopFigures } from './shop/measure.ts'
import { costTable, statementTable, workTables } from './shop/tables.ts'

const { values: args } = parseArgs({
  options: {
    orders: { type: 'string', default: '2000' },
    load: { type: 'string', multiple: true },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    statements: { type: 'string', default: '0' },
    against: { type: 'string' },
    rounds: { type: 'string', default: '3' },
  },
})
const loads = loadsOf({ orders: Number(args.orders), rate: Number(args.rate), seconds: Number(args.seconds) })

if (args.against === undefined) await measureEach((args.load ?? Object.keys(loads)).map(chosen))
else measureBeside(resolve(args.against), (args.load ?? ['blast']).map(chosen))

function chosen(name: string): Load {
  const load = loads[name]
  if (load === undefined) throw new Error(`There is no load "${name}". There are: ${Object.keys(loads).join(', ')}.`)
  return load
}

async function measureEach(chosenLoads: readonly Load[]): Promise<void> {
  const measured: ShopFigures[] = []
  for (const load of chosenLoads) {
    console.error(`${load.name} …`)
    measured.push(await measure(load))
  }
  const statements = args.statements === '0' ? [] : measured.map((load) => statementTable(load, Number(args.statements)))
  console.log([costTable(measured), ...workTables(measured), ...statements].join('\n\n'))
}

function measureBeside(there: string, chosenLoads: readonly Load[]): void {
  const here = join(import.meta.dirname, '..')
  for (const { name, ordersArgs } of chosenLoads) {
    if (ordersArgs === undefined) throw new Error(`bench/orders.ts has no load "${name}": choose blast, 2, 20 or 200.`)
    console.log(`${pairsTable(name, runInTurn({ here, there }, ordersArgs, Number(args.rounds)))}\n`)
  }
}
