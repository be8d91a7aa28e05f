import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { median, sum } from '../figures/statistics.ts'
import { thisCheckout } from './checkout.ts'
import { short, table } from '../figures/table.ts'

/** What the table of `bench/orders.ts` says. */
export interface OrdersTable {
  readonly donePerSecond: number
  /** CPU milliseconds an order, of the processes that the table has; the mailbox is not among them. */
  readonly cpuMs: number
}

/** @throws Error when it is another table */
export function readOrdersTable(output: string): OrdersTable {
  const rows = output.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  const done = rows.find(([, title = '']) => title.startsWith('done'))
  const processes = rows.slice(rows.findIndex(([, title]) => title === 'process') + 2)
  const cpuMs = sum(processes.map(([, , ms]) => Number(ms ?? 0)))
  const donePerSecond = Number(done?.[2])
  if (!(donePerSecond > 0 && cpuMs > 0)) throw new Error(`This is not the table of bench/orders.ts:\n${output}`)
  return { donePerSecond, cpuMs }
}

/** Both checkouts in one round. */
export interface Pair {
  readonly here: OrdersTable
  readonly there: OrdersTable
}

/** Runs the shops of both checkouts so often in turn, with the same bench; who begins changes with the round. */
export function runInTurn(there: string, args: readonly string[], rounds: number): Pair[] {
  return Array.from({ length: rounds }, (_, round): Pair => {
    const first = round % 2 === 0 ? runOrders(there, args) : undefined
    const here = runOrders(thisCheckout, args)
    return { here, there: first ?? runOrders(there, args) }
  })
}

function runOrders(folder: string, args: readonly string[]): OrdersTable {
  console.error(`${args.join(' ')}, ${folder} …`)
  const command = [...process.execArgv, join(import.meta.dirname, '../orders.ts'), ...args, '--checkout', folder]
  const { stdout, status } = spawnSync(process.execPath, command, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`bench/orders.ts in ${folder} ended with ${status}.`)
  return readOrdersTable(stdout)
}

/** Round by round, and the ratios: of CPU less than 1 is better, of orders done more than 1. */
export function pairsTable(title: string, pairs: readonly Pair[]): string {
  const row = (name: string, { here, there }: Pair) => [
    name,
    `${here.cpuMs.toFixed(2)} · ${there.cpuMs.toFixed(2)}`,
    (here.cpuMs / there.cpuMs).toFixed(2),
    `${short(here.donePerSecond)} · ${short(there.donePerSecond)}`,
    (here.donePerSecond / there.donePerSecond).toFixed(2),
  ]
  const medians = [
    '**median**',
    '',
    `**${median(pairs.map(({ here, there }) => here.cpuMs / there.cpuMs)).toFixed(2)}**`,
    '',
    `**${median(pairs.map(({ here, there }) => here.donePerSecond / there.donePerSecond)).toFixed(2)}**`,
  ]
  return table([
    [title, 'CPU ms an order: here · there', 'ratio', 'done a second: here · there', 'ratio'],
    ...pairs.map((pair, round) => row(`round ${round + 1}`, pair)),
    medians,
  ])
}
