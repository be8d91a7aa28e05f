import type { Heartbeat } from '../audit/audit.ts'
import type { AuditMode } from '../audit/auditMode.ts'
import { AuditTrail } from '../audit/auditTrail.ts'
import { beginWhenDeployed } from '../audit/findAudit.ts'
import type { Broker, OutgoingRecord } from '../broker/port.ts'
import { avroCodec } from '../codec/codec.ts'
import { type Duration, milliseconds } from '../definition/duration.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import type { Log } from '../log.ts'
import { retryGroup, retryTopic, subjectName } from '../naming.ts'
import { plan } from '../operations/plan.ts'
import type { Registry } from '../registry/port.ts'
import { inboxMemory } from '../retention.ts'
import type { Store } from '../store/port.ts'
import { messageTracing } from '../tracing/messageTracing.ts'
import { noTracing } from '../tracing/port.ts'
import type { Spans } from '../tracing/spans.ts'
import { BusyChains } from './busyChains.ts'
import { Consumer, type ConsumerOptions } from './consumer.ts'
import { drain } from './drain.ts'
import { type EncodeMessage, messageEncoder } from './encodeMessage.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'
import { sendOfGoneLanes } from './goneLanes.ts'
import { groupCommit } from './groupCommit.ts'
import { MissingTopics } from './missingTopics.ts'
import { OutageGuard } from './outageGuard.ts'
import { publishHeartbeat } from './publishHeartbeat.ts'
import { logReport, type Report, tellAll } from './report.ts'
import { retryUntilStopped } from './retryUntilStopped.ts'
import { routing } from './routes.ts'
import { RunningHandlers } from './runningHandlers.ts'
import { Scheduler } from './scheduler.ts'
import { sharedBatches } from './sharedBatches.ts'
import type { EndpointStatus } from './status.ts'
import { tellDueTimes } from './tellDueTimes.ts'
import { askedOnce } from './tombstones.ts'
import { readTopicLimits } from './topicLimits.ts'

export interface EngineOptions {
  readonly endpoint: Endpoint
  /** Before every topic, group and subject. */
  readonly prefix: string
  readonly broker: Broker
  readonly store: Store
  readonly registry: Registry
  readonly log: Log
  /** The text of a fault that a person has switched on. */
  readonly fault?: () => string | undefined
  /** Besides the log: who is told of what happens to messages. */
  readonly reports?: readonly Partial<Report>[]
  /** Where nothing is traced: undefined. */
  readonly spans?: Spans | undefined
  /** What it writes into its audit topic about messages. Heartbeats are for the process to send. */
  readonly audit?: AuditMode
  /** When it is aborted, the engine stops waiting for store, broker and registry. */
  readonly giveUp?: AbortController
}

/** A running endpoint. */
export interface Engine {
  readonly encodeMessage: EncodeMessage
  /** Publishes what comes from outside a handler. */
  publish(record: OutgoingRecord): Promise<void>
  /** Publishes a heartbeat. @returns whether it is in the audit topic */
  heartbeat(this: void, heartbeat: Heartbeat): Promise<boolean>
  /** Whether it is a member of its consumer groups and is not stopping. */
  isReady(): boolean
  status(this: void): EndpointStatus
  /** Begins nothing more, lets running handlers finish for a time, gives the rest back, commits and leaves the groups. */
  stop(): Promise<void>
}

/** What is old need not go at once, and sometimes cleaning reads the whole inbox (decision 0004); the replicas of an endpoint take turns by chance. */
const cleanEveryMs = milliseconds('6h')
/** What comes again after a start, because it was handled just before a crash, is known to the inbox, however long ago that was. */
const cleanNotBeforeMs = milliseconds('15m')

/** Starts an endpoint that is deployed; resolves when its consumers have joined. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { endpoint, store, log, giveUp = new AbortController() } = options
  const scheduler = new Scheduler()
  const made = await runtimeOf({ ...options, store: tellDueTimes(store, (dueAt) => scheduler.expect(dueAt)), giveUp })
  const { runtime, endAuditSearch } = made
  const groups = await groupsToJoin(runtime)
  const consumers = await Promise.all(groups.map((group) => Consumer.start(runtime, group)))
  const gone = sendOfGoneLanes(runtime, groups)
  scheduler.start(runtime)
  const cleaning = cleanNowAndThen(endpoint, store, log)
  let stopping: Promise<void> | undefined

  const stop = async () => {
    cleaning.stop()
    gone.stop()
    endAuditSearch()
    await drain(runtime.running, giveUp, () => Promise.all([scheduler.stop(), ...consumers.map((consumer) => consumer.stop())]))
    await runtime.audit.close()
  }
  const isReady = () => stopping === undefined && consumers.every((consumer) => consumer.isJoined())
  return {
    encodeMessage: runtime.encodeMessage,
    publish: (record) => runtime.broker.publish([record]),
    heartbeat: (heartbeat) => publishHeartbeat(runtime, heartbeat),
    isReady,
    status: () => ({
      endpoint: endpoint.name,
      ready: isReady(),
      groups: consumers.map((consumer) => consumer.status()),
      ...(runtime.missingTopics.names.length > 0 && { missingTopics: runtime.missingTopics.names }),
      outageGuard: { on: runtime.guard.isOn, failuresInARow: runtime.guard.failuresInARow },
      busyKeys: runtime.busy.size,
      duplicatesDropped: runtime.report.duplicatesDropped,
    }),
    stop: () => (stopping ??= stop()),
  }
}

async function groupsToJoin(runtime: EndpointRuntime): Promise<ConsumerOptions[]> {
  const { endpoint, prefix, signal, log } = runtime
  const { groups } = plan(endpoint, prefix)
  if (groups.length === 0) return []
  const retryTopics = await retryUntilStopped('look for retry topics', { signal, log }, () => existingRetryTopics(runtime))
  const delayedTopics = new Set(retryTopics)
  return groups.map(({ group, topics }) => {
    const former = group === prefix + retryGroup(endpoint.name) ? retryTopics.filter((topic) => !topics.includes(topic)) : []
    return { group, topics: [...topics, ...former], delayedTopics, formerTopics: new Set(former) }
  })
}

/** Includes topics of delays that the endpoint no longer has: what waits there must be handled, too. */
async function existingRetryTopics({ endpoint, prefix, broker }: EndpointRuntime): Promise<string[]> {
  const anyDelay = prefix + retryTopic(endpoint.name, '' as Duration)
  return (await broker.admin.topics()).filter((topic) => topic.startsWith(anyDelay))
}

interface MadeRuntime {
  readonly runtime: EndpointRuntime
  readonly endAuditSearch: () => void
}

async function runtimeOf(options: EngineOptions & { readonly giveUp: AbortController }): Promise<MadeRuntime> {
  const { endpoint, prefix, broker, store, registry, log, giveUp, fault = () => undefined, reports = [] } = options
  const retry = { signal: giveUp.signal, log }
  const tracing = options.spans === undefined ? noTracing : messageTracing(options.spans, endpoint, prefix)
  const codec = avroCodec({ registry })
  const topics = topicsWrittenTo(endpoint, prefix)
  const limits = await retryUntilStopped('ask for the size limits of topics', retry, () => readTopicLimits(broker.admin, topics))
  const schemaIds = await retryUntilStopped('look up schemas', retry, () => schemaIdsOf(endpoint, prefix, registry))
  const planned = plan(endpoint, prefix)
  const heard = new Set(planned.groups.flatMap((group) => group.topics))
  const audit = new AuditTrail({
    endpoint: endpoint.name,
    topic: planned.audit.topic,
    mode: options.audit ?? 'all',
    log,
    publish: (records) => broker.publish(records),
    now: Date.now,
  })
  const ground = { plan: planned, admin: broker.admin, registry, log }
  const endAuditSearch = await retryUntilStopped('look for the audit', retry, () => beginWhenDeployed(audit, ground, limits))
  const runtime = {
    endpoint,
    prefix,
    broker: tracing.publishing(broker),
    store: tracing.storing(groupCommit(store)),
    runShared: sharedBatches(),
    codec,
    router: routing(endpoint, prefix),
    encodeMessage: tracing.encoding(messageEncoder({ endpoint, prefix, schemaIds, encode: codec.encode, limits })),
    limits,
    isCompacted: askedOnce(heard, (topic) => broker.admin.isCompacted(topic)),
    log,
    report: tellAll([logReport(log), ...reports]),
    tracing,
    audit,
    missingTopics: new MissingTopics(log),
    running: new RunningHandlers(milliseconds(endpoint.handlerTimeLimit)),
    busy: new BusyChains(),
    guard: new OutageGuard(endpoint.recoverability.outageGuard, log),
    signal: giveUp.signal,
    now: Date.now,
    fault,
  }
  return { runtime, endAuditSearch }
}

function topicsWrittenTo(endpoint: Endpoint, prefix: string): string[] {
  const { topics, produces } = plan(endpoint, prefix)
  return [...new Set([...topics, ...produces].map(({ topic }) => topic))]
}

async function schemaIdsOf(endpoint: Endpoint, prefix: string, registry: Registry): Promise<Map<string, number>> {
  const ids = new Map<string, number>()
  for (const type of endpoint.produces) {
    const id = await registry.idOf(prefix + subjectName(type), type.schema)
    if (id !== undefined) ids.set(type.fullName, id)
  }
  return ids
}

function cleanNowAndThen({ keepCompletedSagas }: Endpoint, store: Store, log: Log) {
  let timer = setTimeout(clean, cleanNotBeforeMs + Math.random() * cleanEveryMs).unref()
  return { stop: () => clearTimeout(timer) }

  function clean(): void {
    timer = setTimeout(clean, cleanEveryMs).unref()
    store
      .deleteHandledBefore(new Date(Date.now() - milliseconds(inboxMemory)))
      .catch((error: unknown) => log.warn({ err: error }, 'cannot clean up the inbox'))
    store
      .deleteCompletedBefore(new Date(Date.now() - milliseconds(keepCompletedSagas)))
      .catch((error: unknown) => log.warn({ err: error }, 'cannot clean up completed sagas'))
  }
}
