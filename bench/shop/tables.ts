import { endpoints, services } from '../../test/support/shop.ts'
import { sum } from '../figures/statistics.ts'
import { short, table } from '../figures/table.ts'
import { oneLine, type ShopFigures, standIns, totalCpuMs } from './figures.ts'

const processes = ['database', 'broker', 'registry', ...services.filter((name) => !standIns.includes(name)), ...standIns]

/** What the loads cost, one column for each. */
export function costTable(loads: readonly ShopFigures[]): string {
  const row = (title: string, value: (figures: ShopFigures) => number) => [title, ...loads.map((load) => short(value(load)))]
  return table([
    ['', ...loads.map(({ load }) => load)],
    ['orders', ...loads.map(({ orders }) => orders)],
    row('accepted a second', (load) => load.acceptedPerSecond),
    row('done a second', (load) => load.donePerSecond),
    row('ms to the last effect, p50', (load) => load.latencyMs.p50),
    row('p95', (load) => load.latencyMs.p95),
    row('p99', (load) => load.latencyMs.p99),
    row('**CPU ms an order, all processes**', totalCpuMs),
    row('of it the stand-ins, gateway and mailbox', (load) => sum(standIns.map((name) => load.cpuMs[name] ?? 0))),
    ...processes.map((name) => row(name, (load) => load.cpuMs[name] ?? 0)),
  ])
}

/** How the work was done, service by service. */
export function workTables(loads: readonly ShopFigures[]): string[] {
  const perService = (title: string, value: (figures: ShopFigures, service: string) => string, names: readonly string[]) =>
    table([[title, ...loads.map(({ load }) => load)], ...names.map((name) => [name, ...loads.map((load) => value(load, name))])])
  return [
    perService('messages a transaction: mean (median, most)', batchSize, endpoints),
    perService('statements an order', statementsAnOrder, services),
    perService('waiting for locks, per cent of the time', lockWait, services),
    perService('resident MiB', ({ residentMiB }, name) => String(residentMiB[name] ?? ''), services),
  ]
}

function batchSize({ batches }: ShopFigures, service: string): string {
  const found = batches.find((each) => each.service === service)
  if (found === undefined || found.transactions === 0) return '–'
  return `${short(found.messages / found.transactions)} (${found.median}, ${found.largest})`
}

function statementsAnOrder({ statements, orders }: ShopFigures, service: string): string {
  return short(sum(statements.filter((each) => each.service === service).map(({ calls }) => calls)) / orders)
}

/** Of all connections together: 200 % is two that wait all the time. */
function lockWait({ lockWaits, seconds }: ShopFigures, service: string): string {
  const waits = lockWaits.filter((each) => each.service === service)
  return waits.map((wait) => `${short((100 * wait.seconds) / seconds)} (${wait.lock})`).join(', ') || '0'
}

/** The statements on which PostgreSQL spent most time. */
export function statementTable({ load, orders, statements }: ShopFigures, most: number): string {
  const costliest = statements.slice(0, most).map(oneLine)
  const rows = costliest.map(({ service, text, calls, rows: affected, ms }) => {
    const sql = text.replaceAll('|', '\\|')
    return [service, short(calls / orders), short(affected / calls), short(ms / calls), short(ms / orders), `\`${sql}\``]
  })
  return table([[load, 'calls an order', 'rows a call', 'ms a call', 'ms an order', 'statement'], ...rows])
}
