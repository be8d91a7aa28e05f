import type { Broker } from '../broker/port.ts'
import type { Counter } from '../definition/counter.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import type { Report } from '../engine/report.ts'
import type { EndpointStatus } from '../engine/status.ts'
import type { Store } from '../store/port.ts'
import { businessMetrics } from './businessMetrics.ts'
import { messageMetrics } from './messageMetrics.ts'
import { meteredBroker } from './meteredBroker.ts'
import { meteredStore } from './meteredStore.ts'
import type { MetricsRegistry } from './registry.ts'
import { statusMetrics } from './statusMetrics.ts'
import { storeMetrics } from './storeMetrics.ts'

export interface EndpointMetrics {
  /** The broker and the store for the engine, which measure what goes through them. */
  readonly broker: Broker
  readonly store: Store
  readonly reports: readonly Partial<Report>[]
  count(this: void, counter: Counter, by?: number): void
}

export interface MeteredEndpoint {
  readonly endpoint: Endpoint
  readonly prefix: string
  readonly broker: Broker
  readonly store: Store
  readonly status: () => EndpointStatus
}

/** All metrics of an endpoint; docs/metrics.md says what each means. */
export function endpointMetrics(registry: MetricsRegistry, metered: MeteredEndpoint): EndpointMetrics {
  const { endpoint, prefix, broker, store, status } = metered
  const business = businessMetrics(registry, endpoint.counters)
  statusMetrics(registry, status, prefix)
  storeMetrics(registry, store)
  return {
    broker: meteredBroker(registry, { broker, endpoint, prefix }),
    store: meteredStore(store, registry),
    reports: [messageMetrics(registry, endpoint), business.report],
    count: business.count,
  }
}
