// What an order costs: the whole shop under several loads, each on a stack of its own.
//   npm run bench -- shop [--orders 2000] [--load blast --load 20 …] [--rate 50 --seconds 20] [--statements 20]
// Loads: alone, 2, 20, 200, rate, blast; all of them unless some are named.
import { parseArgs } from 'node:util'
import { loadsOf } from './shop/loads.ts'
import { measure, type ShopFigures } from './shop/measure.ts'
import { costTable, statementTable, workTables } from './shop/tables.ts'

const { values: args } = parseArgs({
  options: {
    orders: { type: 'string', default: '2000' },
    load: { type: 'string', multiple: true },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    statements: { type: 'string', default: '0' },
  },
})
const loads = loadsOf({ orders: Number(args.orders), rate: Number(args.rate), seconds: Number(args.seconds) })
const chosen = args.load ?? Object.keys(loads)

const measured: ShopFigures[] = []
for (const name of chosen) {
  const load = loads[name]
  if (load === undefined) throw new Error(`There is no load "${name}". There are: ${Object.keys(loads).join(', ')}.`)
  console.error(`${load.name} …`)
  measured.push(await measure(load))
}

const statements = measured.map((load) => statementTable(load, Number(args.statements)))
console.log([costTable(measured), ...workTables(measured), ...(args.statements === '0' ? [] : statements)].join('\n\n'))
