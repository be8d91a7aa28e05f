import { sum } from '../figures/statistics.ts'
import type { Batches } from './batches.ts'
import type { LockWait } from './lockWaits.ts'
import type { Statement } from './statements.ts'

/** What one load cost. */
export interface ShopFigures {
  readonly load: string
  readonly orders: number
  /** From the first request to the last effect of the last order. */
  readonly seconds: number
  readonly acceptedPerSecond: number
  readonly donePerSecond: number
  /** CPU milliseconds an order, of each process. */
  readonly cpuMs: Readonly<Record<string, number>>
  /** From the request to the last effect's row in the page's history. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number }
  readonly residentMiB: Readonly<Record<string, number>>
  readonly batches: readonly Batches[]
  readonly statements: readonly Statement[]
  readonly lockWaits: readonly LockWait[]
}

/** The outside world, played. */
export const standIns: readonly string[] = ['payment-gateway', 'mailbox']

/** CPU milliseconds an order, of all processes. */
export const totalCpuMs = ({ cpuMs }: Pick<ShopFigures, 'cpuMs'>): number => sum(Object.values(cpuMs))

/** The figures of each load, by the name that the command line has for it. */
export type FiguresByLoad = Readonly<Record<string, ShopFigures>>

/** What is worth keeping: of hundreds of statements the costliest. */
export function worthKeeping(figures: FiguresByLoad): FiguresByLoad {
  return Object.fromEntries(
    Object.entries(figures).map(([load, each]) => [load, { ...each, statements: each.statements.slice(0, 10).map(oneLine) }]),
  )
}

/** The statement with the beginning of its text in one line. */
export const oneLine = (statement: Statement): Statement => ({
  ...statement,
  text: statement.text.replaceAll(/\s+/g, ' ').slice(0, 140),
})
