import { Counter, Histogram } from 'prom-client'
import { type Endpoint, subscriptions } from '../definition/endpoint.ts'
import { Postpone } from '../definition/outcome.ts'
import type { Saga } from '../definition/saga.ts'
import type { Handled } from '../engine/attempt.ts'
import type { Delivery } from '../engine/delivery.ts'
import { errorType } from '../engine/errorHeaders.ts'
import type { Report } from '../engine/report.ts'
import { ce, headerText } from '../headers.ts'
import { boundedLabel } from './boundedLabel.ts'
import { Distribution } from './distribution.ts'
import { traceLabels } from './exemplar.ts'
import type { MetricsRegistry } from './registry.ts'

/** In seconds. */
const processBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** In seconds: a message may wait for an hour. */
const criticalBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600]
const sizeBuckets = [1, 2, 5, 10, 25, 50, 100, 250]

type TypeOf = (delivery: Delivery) => string

/** Counts what the engine reports of an endpoint's messages. */
export function messageMetrics(registry: MetricsRegistry, endpoint: Endpoint): Partial<Report> {
  const types = subscriptions(endpoint).map(({ fullName }) => fullName)
  const known = new Set(types)
  return {
    ...handledMetrics(registry, types, new Set(endpoint.sagas.flatMap(typesThatMayMiss))),
    ...failureMetrics(registry, endpoint, types, (name) => (name !== undefined && known.has(name) ? name : unknown)),
    ...batchMetrics(registry),
  }
}

/** A timeout is of a saga that was there. */
const typesThatMayMiss = ({ reactions }: Saga): string[] =>
  reactions.filter(({ starts, handles }) => !starts && handles.kind !== 'timeout').map(({ handles }) => handles.fullName)

/** A type that nothing here handles comes from anywhere, so its name is no label. */
const unknown = 'unknown'
const typeOf: TypeOf = ({ route }) => route?.type.fullName ?? unknown

function handledMetrics(
  registry: MetricsRegistry,
  types: readonly string[],
  mayMissSaga: ReadonlySet<string>,
): Pick<Report, 'handled'> {
  const handled = new Counter({
    name: 'petrel_messages_handled_total',
    help: 'Messages whose outcome is saved',
    labelNames: ['message_type'],
    registers: [registry],
  })
  const duration = new Distribution(registry, {
    name: 'messaging_process_duration_seconds',
    help: 'What the handler of a message took, the last try of it',
    label: 'message_type',
    buckets: processBuckets,
  })
  const critical = new Distribution(registry, {
    name: 'petrel_critical_time_seconds',
    help: 'From when a message was sent until its outcome was saved',
    label: 'message_type',
    buckets: criticalBuckets,
  })
  const withoutSaga = new Counter({
    name: 'petrel_messages_without_saga_total',
    help: 'Messages that belong to a saga that is not there',
    labelNames: ['message_type'],
    registers: [registry],
  })
  for (const message_type of types) {
    handled.inc({ message_type }, 0)
    if (mayMissSaga.has(message_type)) withoutSaga.inc({ message_type }, 0)
    duration.of(message_type)
    critical.of(message_type)
  }
  return {
    handled(messages) {
      const now = Date.now()
      for (const [message_type, ofType] of byType(messages)) {
        handled.inc({ message_type }, ofType.length)
        const missed = mayMissSaga.has(message_type) ? ofType.filter(({ ignored }) => ignored === 'not found').length : 0
        if (missed > 0) withoutSaga.inc({ message_type }, missed)
        // One of a batch is enough to look at.
        const last = ofType.at(-1)
        for (const each of ofType) {
          const exemplar = each === last ? traceLabels(last) : undefined
          duration.observe(message_type, each.seconds, exemplar)
          critical.observe(message_type, secondsSince(each, now), exemplar)
        }
      }
    },
  }
}

const byType = (messages: readonly Handled[]) => Map.groupBy(messages, ({ delivery }) => typeOf(delivery))

/** Clocks of two machines differ: nothing is handled before it was sent. */
const secondsSince = ({ delivery }: Handled, now: number) => Math.max(0, now - delivery.envelope.time.getTime()) / 1000

function failureMetrics(
  registry: MetricsRegistry,
  { recoverability }: Endpoint,
  types: readonly string[],
  asKnown: (name: string | undefined) => string,
): Pick<Report, 'againAtOnce' | 'failed' | 'parked'> {
  const registers = [registry]
  const failed = new Counter({
    name: 'petrel_messages_failed_total',
    help: 'Failed tries of messages, by the class of the error',
    labelNames: ['message_type', 'error_type'],
    registers,
  })
  const retried = new Counter({
    name: 'petrel_messages_retried_total',
    help: 'Messages that are tried again, at once, later, or when they are no longer too early',
    labelNames: ['message_type', 'kind', 'attempt'],
    registers,
  })
  const deadLettered = new Counter({
    name: 'petrel_messages_dead_lettered_total',
    help: 'Messages that wait for a person from now on',
    labelNames: ['message_type'],
    registers,
  })
  const errorLabel = boundedLabel(50)
  const countFailed = (delivery: Delivery, error: unknown) =>
    failed.inc({ message_type: typeOf(delivery), error_type: errorLabel(errorType(error)) })
  for (const message_type of types) {
    deadLettered.inc({ message_type }, 0)
    for (const kind of ['immediate', 'postponed']) retried.inc({ message_type, kind, attempt: '' }, 0)
    for (const index of recoverability.delayed.keys())
      retried.inc({ message_type, kind: 'delayed', attempt: String(index + 1) }, 0)
  }
  return {
    againAtOnce(delivery, error) {
      countFailed(delivery, error)
      retried.inc({ message_type: typeOf(delivery), kind: 'immediate', attempt: '' })
    },
    failed({ delivery, error }, next) {
      const message_type = typeOf(delivery)
      if (!(error instanceof Postpone)) countFailed(delivery, error)
      if (next.kind === 'schedule') retried.inc({ message_type, kind: 'postponed', attempt: '' })
      else if (next.kind === 'dead-letter') deadLettered.inc({ message_type })
      else retried.inc({ message_type, kind: 'delayed', attempt: String(delivery.envelope.delayedRetries + 1) })
    },
    parked: (_, { headers }) => deadLettered.inc({ message_type: asKnown(headerText(headers, ce.type)) }),
  }
}

function batchMetrics(registry: MetricsRegistry): Pick<Report, 'taken' | 'duplicates' | 'tombstones'> {
  const registers = [registry]
  const size = new Histogram({
    name: 'petrel_batch_size',
    help: 'Records that a lane takes at once',
    buckets: sizeBuckets,
    registers,
  })
  const duplicates = new Counter({
    name: 'petrel_duplicates_dropped_total',
    help: 'Messages dropped because they had been handled before',
    registers,
  })
  const tombstones = new Counter({
    name: 'petrel_tombstones_dropped_total',
    help: 'Records without a value in compacted topics, dropped because no handler is for them',
    labelNames: ['topic'],
    registers,
  })
  return {
    tombstones: (deliveries) => {
      for (const { envelope } of deliveries) tombstones.inc({ topic: envelope.original.topic })
    },
    taken: (records) => size.observe(records),
    duplicates: ({ length }) => duplicates.inc(length),
  }
}
