import { onTestFinished } from 'vitest'
import type { Audit } from '../../audit/audit.ts'
import { auditDecoder } from '../../audit/auditDecoder.ts'
import type { AuditMode } from '../../audit/auditMode.ts'
import type { MemoryBroker } from '../../broker/memory.ts'
import type { BrokerRecord, RecordHeaders } from '../../broker/port.ts'
import type { Endpoint } from '../../definition/endpoint.ts'
import type { Message } from '../../definition/message.ts'
import { ce, headerText } from '../../headers.ts'
import { type Log, silentLog } from '../../log.ts'
import { endpointMetrics } from '../../metrics/endpointMetrics.ts'
import { processRegistry, type MetricsRegistry } from '../../metrics/registry.ts'
import { auditTopic, mainGroup, retryGroup } from '../../naming.ts'
import { plan } from '../../operations/plan.ts'
import { memoryRegistry } from '../../registry/memory.ts'
import { type Registry, RegistryUnavailable } from '../../registry/port.ts'
import { type Constraint, memoryStore } from '../../store/memory.ts'
import { memoryTransport, outside } from '../../testing/memoryTransport.ts'
import { type Labels, sumOf } from '../../testing/sumOf.ts'
import type { Spans } from '../../tracing/spans.ts'
import { uuid7 } from '../../uuid7.ts'
import type { Failed } from '../attempt.ts'
import { type Engine, startEngine } from '../startEngine.ts'
import { statusBeforeJoining } from '../status.ts'
import { everyMessage } from './messages.ts'
import { type KillableProcess, killableProcess } from './killableProcess.ts'
import { type SqlStore, sqlStore } from './sqlStore.ts'
import { until } from './virtualTime.ts'

/** A process that runs the endpoint. */
export interface Replica {
  readonly engine: Engine
  readonly process: KillableProcess
  /** Stops as on SIGTERM: running handlers may finish. */
  stop(): Promise<void>
  /** Stops waiting for store, broker and registry. */
  giveUp(): void
}

export interface TestSystem {
  readonly broker: MemoryBroker
  readonly store: SqlStore
  /** Every failure that was reported, in order. */
  readonly failures: readonly Failed[]
  /** Makes the registry unavailable for that many requests. */
  failRegistry(times: number): void
  /** Makes the registry answer that it knows no schema, as a follower does that lags behind its leader. */
  hideSchemas(hidden: boolean): void
  /** Publishes messages from outside the endpoint, in this order and together. @returns their ids */
  publish(...messages: readonly (Message | MessageToPublish)[]): Promise<string[]>
  /** Starts one more process. @param changed another version of the endpoint */
  start(changed?: Endpoint): Promise<Replica>
  /** The records of a topic, partition by partition. */
  records(topic: string): Promise<BrokerRecord[]>
  /** The `ce_id` of each record of a topic. */
  ids(topic: string): Promise<string[]>
  /** What was written into the audit topic. */
  audits(): Promise<Audit[]>
  /** Whether the inbox has a message that `publish` published. */
  isHandled(id: string): Promise<boolean>
  /** What all processes have counted: the sum of all series of a metric with these labels. */
  metric(name: string, labels?: Labels): Promise<number>
  /** Waits until both groups have committed everything, and nothing is scheduled. */
  settled(): Promise<void>
  /** How many records of its topics a group has not committed. */
  lag(group: string): Promise<bigint>
  /** Kills all processes. It happens by itself when the test ends. */
  close(): Promise<void>
}

/** A message with more than the test system would give it. */
export interface MessageToPublish {
  readonly message: Message
  readonly id?: string
  readonly headers?: RecordHeaders
  readonly partition?: number
}

interface TestSystemOptions {
  readonly constraints?: readonly Constraint[]
  readonly log?: Log
  readonly audit?: AuditMode
  /** Traces what its processes do. */
  readonly spans?: Spans | undefined
}

/** An endpoint that is deployed on a broker, a registry and a store in memory. Nothing runs until `start` is called. */
export async function testSystem(endpoint: Endpoint, options: TestSystemOptions = {}): Promise<TestSystem> {
  const sound = memoryRegistry()
  const registry = faultyRegistry(sound)
  const { broker, records, encode } = await memoryTransport([{ endpoint }], { registry, others: everyMessage })
  const store = sqlStore(memoryStore(options))
  const failures: Failed[] = []
  const { log = silentLog, spans, audit } = options
  const decodeAudit = auditDecoder(sound)
  const replicas: Replica[] = []
  const registries: MetricsRegistry[] = []
  const { groups } = plan(endpoint, '')

  const lag = async (group: string) => {
    const { topics: subscribed = [] } = groups.find((each) => each.group === group) ?? {}
    const committed = new Map(
      (await broker.admin.committed(group, subscribed)).map((each) => [`${each.topic}/${each.partition}`, each.offset]),
    )
    let behind = 0n
    for (const topic of subscribed)
      for (const { partition, latest } of await broker.admin.offsets(topic))
        behind += latest - (committed.get(`${topic}/${partition}`) ?? 0n)
    return behind
  }
  const isSettled = async () =>
    store.scheduled().length === 0 && (await lag(mainGroup(endpoint.name))) + (await lag(retryGroup(endpoint.name))) === 0n

  const close = async () => {
    for (const replica of replicas) {
      replica.process.kill()
      replica.giveUp()
      void replica.stop()
    }
    await broker.close()
  }
  onTestFinished(close)
  return {
    broker,
    store,
    failures,
    failRegistry: (times) => registry.failNext(times),
    hideSchemas: (hidden) => registry.hide(hidden),
    async publish(...messages) {
      const published = messages
        .map((each) => asMessageToPublish(each))
        .map(({ message, id = uuid7(), headers, partition }) => {
          const { record } = encode(message, { trace: {} }, id)
          return {
            id,
            record: { ...record, headers: { ...record.headers, ...headers }, ...(partition !== undefined && { partition }) },
          }
        })
      await broker.publish(published.map(({ record }) => record))
      return published.map(({ id }) => id)
    },
    async start(changed = endpoint) {
      await broker.admin.createTopics(plan(changed, '').topics)
      const metrics = processRegistry(endpoint.name)
      registries.push(metrics)
      const process = killableProcess(broker, store)
      const replica = await startReplica({ endpoint: changed, registry, metrics, log, failures, process, spans, audit })
      replicas.push(replica)
      return replica
    },
    records,
    ids: async (topic) => (await records(topic)).map(({ headers }) => headerText(headers, ce.id) ?? ''),
    audits: async () => Promise.all((await records(auditTopic(endpoint.name))).map(decodeAudit)),
    async isHandled(id) {
      return (await store.handledIds([{ source: outside, id, formerId: id }])).size > 0
    },
    metric: async (name, labels = {}) =>
      (await Promise.all(registries.map((metrics) => sumOf(metrics, name, labels)))).reduce((sum, value) => sum + value, 0),
    settled: () => until('everything is handled', isSettled),
    lag,
    close,
  }
}

const asMessageToPublish = (each: Message | MessageToPublish): MessageToPublish => ('message' in each ? each : { message: each })

interface FaultyRegistry extends Registry {
  failNext(times: number): void
  hide(hidden: boolean): void
}

function faultyRegistry(registry: Registry): FaultyRegistry {
  let failing = 0
  let isHidden = false
  return {
    ...registry,
    hide: (hidden) => {
      isHidden = hidden
    },
    failNext: (times) => {
      failing = times
    },
    async schemaOf(id) {
      if (failing > 0) {
        failing -= 1
        throw new RegistryUnavailable('a fault made by the test')
      }
      return isHidden ? undefined : registry.schemaOf(id)
    },
  }
}

interface Parts {
  readonly endpoint: Endpoint
  readonly registry: Registry
  readonly metrics: MetricsRegistry
  readonly log: Log
  readonly failures: Failed[]
  readonly process: KillableProcess
  readonly spans: Spans | undefined
  readonly audit: AuditMode | undefined
}

/** Starts the engine as a service does. */
async function startReplica({ endpoint, registry, metrics, log, failures, process, spans, audit }: Parts): Promise<Replica> {
  const giveUp = new AbortController()
  let engine: Engine | undefined
  const status = () => engine?.status() ?? statusBeforeJoining(endpoint.name)
  const { broker, store, reports } = endpointMetrics(metrics, { endpoint, prefix: '', ...process, status })
  const started = await startEngine({
    endpoint,
    prefix: '',
    broker,
    store,
    registry,
    log,
    giveUp,
    reports: [...reports, { failed: (failed: Failed) => void failures.push(failed) }],
    spans,
    ...(audit !== undefined && { audit }),
  })
  engine = started
  return { engine: started, process, giveUp: () => giveUp.abort(), stop: () => started.stop() }
}
