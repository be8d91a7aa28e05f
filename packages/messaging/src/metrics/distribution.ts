import type { Metric } from 'prom-client'
import type { MetricsRegistry } from './registry.ts'

/** One series of a histogram. */
interface Series {
  /** How many values are in each bucket alone; the last one has those above all bounds. */
  readonly counts: number[]
  readonly exemplars: (Exemplar | undefined)[]
  sum: number
  count: number
}

interface Exemplar {
  readonly labelSet: Readonly<Record<string, string>>
  readonly value: number
  /** Seconds since the epoch. */
  readonly timestamp: number
}

export interface DistributionOptions {
  readonly name: string
  readonly help: string
  readonly label: string
  /** Upper bounds, ascending. */
  readonly buckets: readonly number[]
}

/**
 * A histogram with one label, for what is measured of every message. prom-client's own makes and checks the labels again for each
 * value, which takes half a microsecond; it would be most of what metrics cost. It is prom-client that writes it out.
 */
export class Distribution {
  readonly type = 'histogram'
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  readonly #label: string
  readonly #buckets: readonly number[]
  readonly #series = new Map<string, Series>()

  constructor(registry: MetricsRegistry, { name, help, label, buckets }: DistributionOptions) {
    this.name = name
    this.help = help
    this.labelNames = [label]
    this.#label = label
    this.#buckets = buckets
    registry.registerMetric(this as unknown as Metric)
  }

  /** @param exemplar labels that lead from the value's bucket to an example; none when it is empty */
  observe(label: string, value: number, exemplar?: Readonly<Record<string, string>>): void {
    const series = this.of(label)
    const bucket = this.#bucketOf(value)
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1
    series.sum += value
    series.count += 1
    if (exemplar !== undefined && Object.keys(exemplar).length > 0)
      series.exemplars[bucket] = { labelSet: exemplar, value, timestamp: Date.now() / 1000 }
  }

  /** A series is shown from its first value on, or from here on. */
  of(label: string): Series {
    const found = this.#series.get(label)
    if (found !== undefined) return found
    const series: Series = { counts: Array.from(this.#buckets, () => 0), exemplars: [], sum: 0, count: 0 }
    this.#series.set(label, series)
    return series
  }

  /** What prom-client asks a metric for. */
  async get() {
    const { name, help, type } = this
    return {
      name,
      help,
      type,
      aggregator: 'sum',
      values: [...this.#series].flatMap(([label, series]) => this.#samples(label, series)),
    }
  }

  reset(): void {
    this.#series.clear()
  }

  #bucketOf(value: number): number {
    const found = this.#buckets.findIndex((bound) => value <= bound)
    return found === -1 ? this.#buckets.length : found
  }

  #samples(label: string, { counts, exemplars, sum, count }: Series) {
    const labels = { [this.#label]: label }
    let upTo = 0
    const buckets = [...this.#buckets, '+Inf'].map((le, index) => {
      upTo += counts[index] ?? 0
      return { metricName: `${this.name}_bucket`, labels: { le, ...labels }, value: upTo, exemplar: exemplars[index] }
    })
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels, value: sum },
      { metricName: `${this.name}_count`, labels, value: count },
    ]
  }
}
