import type { AgedLag } from '@petrel/messaging/operations'
import { type Counts, nothing, type Percentiles, percentilesOf, type Rate, rateOf, type Series, seriesOf } from './figures.ts'
import { together } from './histogram.ts'
import {
  type EndpointState,
  endpointState,
  hasOutageGuard,
  type Instance,
  type InstanceState,
  shownInstances,
} from './instance.ts'
import { type Waiting, waitingOf } from './lags.ts'
import type { Times } from './readRates.ts'
import { type Span, spanOf, type Window, windows } from './windows.ts'

/** An endpoint as `GET /api/endpoints` shows it. Lags are null while Kafka is away. */
export interface EndpointView extends Nullable<Waiting> {
  readonly name: string
  readonly state: EndpointState
  readonly instances: readonly InstanceView[]
  /** Whether one of its processes handles one message at a time. */
  readonly outageGuard: boolean
  readonly rates: Readonly<Record<Window, Rate>>
  readonly processingMs: Percentiles
  readonly criticalMs: Percentiles
  /** Unresolved failures. */
  readonly failed: number
  readonly series: Series
}

type Nullable<T> = { readonly [name in keyof T]: T[name] | null }

export interface InstanceView {
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly version: string
  readonly startedAt: Date
  readonly lastSeenAt: Date
  readonly ready: boolean
  readonly state: InstanceState
  readonly perSecond: number
}

/** Everything that is known of all endpoints. */
export interface Known {
  /** Their names. */
  readonly endpoints: readonly string[]
  readonly instances: readonly Instance[]
  readonly counts: ReadonlyMap<string, ReadonlyMap<Window, Counts>>
  readonly points: ReadonlyMap<string, ReadonlyMap<number, Counts>>
  readonly times: readonly Times[]
  /** Messages a second, by instance id. */
  readonly perSecond: ReadonlyMap<string, number>
  /** Undefined while Kafka is away. */
  readonly lags: readonly AgedLag[] | undefined
  /** Unresolved failures, by endpoint. */
  readonly failures: ReadonlyMap<string, number>
}

export interface Showing {
  /** Goes before the names of groups and topics. */
  readonly prefix: string
  readonly span: Span
  /** Milliseconds since the epoch. */
  readonly now: number
}

export const endpointViews = (known: Known, showing: Showing): EndpointView[] =>
  known.endpoints.map((name) => endpointView(name, known, showing))

function endpointView(name: string, known: Known, { prefix, span, now }: Showing): EndpointView {
  const instances = known.instances.filter(({ endpoint }) => endpoint === name)
  const times = known.times.filter(({ endpoint }) => endpoint === name)
  const counts = known.counts.get(name)
  const rates = windows.map((window) => [window, rateOf(counts?.get(window) ?? nothing, spanOf(window, now))])
  return {
    name,
    state: endpointState(instances),
    instances: shownInstances(instances, now).map((instance) => instanceView(instance, known.perSecond.get(instance.id) ?? 0)),
    outageGuard: hasOutageGuard(instances),
    rates: Object.fromEntries(rates) as Record<Window, Rate>,
    processingMs: percentilesOf(together(times.map(({ processing }) => processing))),
    criticalMs: percentilesOf(together(times.map(({ critical }) => critical))),
    ...(known.lags === undefined ? unknownWaiting : waitingOf(name, known.lags, prefix)),
    failed: known.failures.get(name) ?? 0,
    series: seriesOf(known.points.get(name) ?? new Map<number, Counts>(), span),
  }
}

const unknownWaiting = { lag: null, oldestWaitingSeconds: null, waitingForRetry: null }

const instanceView = (instance: Instance, perSecond: number): InstanceView => {
  const { id, host, pid, version, startedAt, lastSeenAt, ready, state } = instance
  return { id, host, pid, version, startedAt: new Date(startedAt), lastSeenAt: new Date(lastSeenAt), ready, state, perSecond }
}
