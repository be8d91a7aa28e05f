// What an order costs: the whole shop under several loads, each on a stack of its own.
//   npm run bench -- shop [--orders 1000] [--load blast --load 20 …] [--rate 50 --seconds 20] [--statements 20] [--save]
//   npm run bench -- shop --against <folder of another checkout> [--rounds 3] [--orders 1000] [--load blast …]
// Loads: alone, 2, 20, 200, rate, blast; all of them unless some are named. Against another checkout: blast.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readRun, runFile, writeRun } from './figures/runs.ts'
import { pairsTable, runInTurn } from './shop/against.ts'
import { type Load, loadNames, loadsOf } from './shop/loads.ts'
import { costPlot } from './shop/costPlot.ts'
import { type FiguresByLoad, type ShopFigures, worthKeeping } from './shop/figures.ts'
import { measure } from './shop/measure.ts'
import { costTable, statementTable, workTables } from './shop/tables.ts'

const { values: args } = parseArgs({
  options: {
    orders: { type: 'string', default: '1000' },
    load: { type: 'string', multiple: true },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    statements: { type: 'string', default: '0' },
    against: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    save: { type: 'boolean', default: false },
  },
})
const loads = loadsOf({ orders: Number(args.orders), rate: Number(args.rate), seconds: Number(args.seconds) })

if (args.save && args.load !== undefined) throw new Error('Only a run of all loads is kept: --save without --load.')
if (args.against === undefined) await measureEach(args.load ?? loadNames)
else measureBeside(resolve(args.against), (args.load ?? ['blast']).map(chosen))

function chosen(name: string): Load {
  const load = loads[name]
  if (load === undefined) throw new Error(`There is no load "${name}". There are: ${loadNames.join(', ')}.`)
  return load
}

async function measureEach(names: readonly string[]): Promise<void> {
  const measured: Record<string, ShopFigures> = {}
  for (const [name, load] of names.map((each) => [each, chosen(each)] as const)) {
    console.error(`${load.name} …`)
    measured[name] = await measure(load)
  }
  const figures = names.flatMap((name) => measured[name] ?? [])
  const statements = args.statements === '0' ? [] : figures.map((load) => statementTable(load, Number(args.statements)))
  console.log([costTable(figures), ...workTables(figures), ...statements].join('\n\n'))
  plot(measured)
  if (args.load === undefined) writeRun('shop', worthKeeping(measured), { keep: args.save })
}

/** Cost against load: with --save the picture of README.md, which has the run that was kept until now in it. */
function plot(measured: FiguresByLoad): void {
  const loads = plotted(measured)
  if (loads.length === 0) return
  const file = runFile(args.save ? 'kept' : 'last', 'shop.svg')
  writeFileSync(file, costPlot(loads, plotted(readRun<FiguresByLoad>('kept', 'shop')?.figures ?? {})))
  console.error(`The same as a picture: ${file}`)
}

function plotted(figures: FiguresByLoad): ShopFigures[] {
  return ['2', '20', '200', 'blast'].flatMap((load) => figures[load] ?? [])
}

function measureBeside(there: string, chosenLoads: readonly Load[]): void {
  for (const { name, ordersArgs } of chosenLoads) {
    if (ordersArgs === undefined) throw new Error(`bench/orders.ts has no load "${name}": choose blast, 2, 20 or 200.`)
    console.log(`${pairsTable(name, runInTurn(there, ordersArgs, Number(args.rounds)))}\n`)
  }
}
