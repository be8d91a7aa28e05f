import { Counter as PromCounter } from 'prom-client'
import type { Counter } from '../definition/counter.ts'
import type { Report } from '../engine/report.ts'
import type { MetricsRegistry } from './registry.ts'

export interface BusinessMetrics {
  /** @throws TypeError when the endpoint does not list it */
  count(this: void, counter: Counter, by?: number): void
  /** Counts what handlers have counted, once it is saved. */
  readonly report: Pick<Report, 'handled'>
}

export function businessMetrics(registry: MetricsRegistry, counters: readonly Counter[]): BusinessMetrics {
  const known = new Map(counters.map((counter) => [counter, new PromCounter({ ...counter, registers: [registry] })]))
  const count = (counter: Counter, by = 1) => {
    const found = known.get(counter)
    if (found === undefined) throw new TypeError(`count(${counter.name}): list it in the endpoint's counters.`)
    found.inc(by)
  }
  return {
    count,
    report: {
      handled(messages) {
        for (const { effects } of messages) for (const { counter, by } of effects.counted) count(counter, by)
      },
    },
  }
}
