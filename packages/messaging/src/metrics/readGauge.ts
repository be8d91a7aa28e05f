import { Gauge } from 'prom-client'
import type { MetricsRegistry } from './registry.ts'

export interface Description<L extends string> {
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly L[]
}

/** A series of a gauge: its labels and its value. */
export type Reading<L extends string> = readonly [labels: Readonly<Record<L, string | number>>, value: number]

/** A gauge that is read when somebody scrapes. A series that is not read any more is gone. */
export function readGauge<L extends string = never>(
  registry: MetricsRegistry,
  { name, help, labelNames = [] }: Description<L>,
  read: () => Iterable<Reading<L>> | Promise<Iterable<Reading<L>>>,
): Gauge<L> {
  return new Gauge<L>({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    async collect() {
      const readings = await read()
      this.reset()
      if (labelNames.length === 0) this.remove()
      for (const [labels, value] of readings) this.set(labels, value)
    },
  })
}
