import type { Pool } from 'pg'
import manifest from '../package.json' with { type: 'json' }
import { sendHeartbeats } from './audit/heartbeats.ts'
import { kafkajsBroker } from './broker/kafkajs/broker.ts'
import type { BrokerAdmin } from './broker/port.ts'
import type { Counter } from './definition/counter.ts'
import type { Endpoint } from './definition/endpoint.ts'
import type { Message } from './definition/message.ts'
import { type RetryOptions, retryUntilStopped } from './engine/retryUntilStopped.ts'
import { moveLimitMs } from './engine/liveness.ts'
import { type Engine, startEngine } from './engine/startEngine.ts'
import { type EndpointStatus, statusBeforeJoining } from './engine/status.ts'
import { faultSwitch } from './fault.ts'
import { type FollowedFault, followFault } from './faultTopic.ts'
import type { Log } from './log.ts'
import { type EndpointMetrics, endpointMetrics } from './metrics/endpointMetrics.ts'
import { type MetricsRegistry, processRegistry } from './metrics/registry.ts'
import { startOpsServer } from './ops/opsServer.ts'
import { checkDeployed } from './operations/checkDeployed.ts'
import { tellDurability } from './operations/durability.ts'
import { NotDeployed, PartitionCountMismatch } from './operations/notDeployed.ts'
import { processLog } from './processLog.ts'
import { confluentRegistry } from './registry/confluent.ts'
import type { Settings } from './settings.ts'
import { claimDatabase } from './store/postgres/claimDatabase.ts'
import { openPool } from './store/postgres/connections.ts'
import { postgresStore } from './store/postgres/store.ts'
import { activeHeaders } from './tracing/active.ts'
import { openTracing, type ProcessTracing } from './tracing/openTracing.ts'

export interface SendOptions {
  /** `ce_id`, for a caller that may send twice: of two messages with one id the second is not handled. */
  readonly id?: string
  readonly conversationId?: string
  /** W3C trace context of what caused the message. Default: that of the request that is being traced, if there is one. */
  readonly trace?: Readonly<Record<string, string>>
}

/** A running endpoint. */
export interface Service {
  /** A pool of connections to the service's own database. */
  readonly database: Pool
  readonly log: Log
  /**
   * Sends a command from outside a handler, an HTTP request for example; resolves when Kafka has it on disk.
   * @throws BrokerUnavailable when the broker has not confirmed in time. It is not tried again: that is up to the caller.
   * @throws RecordRefused, MessageTooLarge, InvalidMessage when another try would not help
   */
  send(command: Message<'command'>, options?: SendOptions): Promise<void>
  /** Adds to one of the endpoint's counters at once, from outside a handler. @throws TypeError when the endpoint does not list it */
  count(counter: Counter, by?: number): void
  /** Whether it is a member of its consumer groups and is not stopping. */
  isReady(): boolean
  /** What each lane does and waits for. */
  status(): EndpointStatus
  /** Registers what must be closed when the service stops, a server or a timer for example. It is called before connections are closed. */
  onStop(cleanup: () => Promise<void>): void
  /** Begins nothing more, lets running handlers finish (20 seconds at most), commits, leaves the groups and closes all connections. */
  stop(): Promise<void>
}

export interface StartOptions {
  readonly log?: Log
  /** Of a process that has opened it for itself, to trace requests that come before the endpoint has joined. */
  readonly tracing?: ProcessTracing
  /** The process's metrics, for one that has more of them than the endpoint's. Default: a registry of its own. */
  readonly registry?: MetricsRegistry
}

/**
 * Starts an endpoint; resolves when its consumers have joined. Waits for a broker, registry or database that is away. The ops
 * port answers from the beginning until everything else has stopped.
 * @throws Error when the ops port is taken; NotDeployed when a topic, schema, table or consumer group is missing; PartitionCountMismatch; DatabaseOwnedByAnother
 */
export async function start(endpoint: Endpoint, settings: Settings, options: StartOptions = {}): Promise<Service> {
  const log = options.log ?? processLog(endpoint.name, settings.LOG_LEVEL)
  const tracing = options.tracing ?? (await openTracing(endpoint.name, settings, log))
  let engine: Engine | undefined
  const status = () => engine?.status() ?? statusBeforeJoining(endpoint.name)
  const metrics = options.registry ?? processRegistry(endpoint.name)
  const ops = await openOpsPort(endpoint, settings, { log, registry: metrics, status })
  const prefix = settings.TOPIC_PREFIX
  const kafka = kafkajsBroker({ ...settings.kafka, clientId: endpoint.name, log })
  const registry = confluentRegistry({ ...settings.registry, log })
  const database = openPool(settings.database, log, settings.DATABASE_POOL)
  const postgres = postgresStore({ pool: database, log })
  const metered = endpointMetrics(metrics, { endpoint, prefix, broker: kafka, store: postgres, status })
  const { broker, store, reports } = metered
  const giveUp = new AbortController()
  let faults: FollowedFault | undefined
  const close = async () => {
    await faults?.close()
    await broker.close()
    await store.close()
    await database.end()
    await tracing.close()
    await ops?.close()
  }
  try {
    await untilDeployed(endpoint, { admin: broker.admin, registry, prefix, database }, { signal: giveUp.signal, log })
    await tellDurability(endpoint, { admin: broker.admin, prefix, log })
    await retryUntilStopped('claim the database', { signal: giveUp.signal, log }, () => claimDatabase(database, endpoint.name))
    faults = await openFaults(endpoint, settings, { admin: broker.admin, log })
    const { fault } = faults
    const { spans } = tracing
    const { AUDIT: audit } = settings
    engine = await startEngine({ endpoint, prefix, broker, store, registry, log, fault, giveUp, reports, spans, audit })
    return running({ log, database, engine, metered, heart: heartOf(endpoint, settings, engine), close })
  } catch (error) {
    await close()
    throw error
  }
}

/** What tells that the process is there; nothing where the audit is off. */
function heartOf(endpoint: Endpoint, settings: Settings, { heartbeat: send, status }: Engine): Running['heart'] {
  const { AUDIT, TOPIC_PREFIX: prefix, OTEL_RESOURCE_ATTRIBUTES } = settings
  if (AUDIT === 'off') return { stop: async () => {} }
  const version = OTEL_RESOURCE_ATTRIBUTES['service.version'] ?? manifest.version
  return sendHeartbeats({ endpoint, prefix, version, status, send })
}

async function openOpsPort(
  endpoint: Endpoint,
  { OPS_PORT: port }: Settings,
  told: { readonly log: Log; readonly registry: MetricsRegistry; readonly status: () => EndpointStatus },
) {
  if (port === undefined) return undefined
  return startOpsServer({ port, ...told, moveLimitMs: moveLimitMs(endpoint) })
}

/** Those of the file and those of the topic; the file is read first. */
async function openFaults(
  { name }: Endpoint,
  { FAULT_FILE: file, FAULT_TOPIC: topic, TOPIC_PREFIX: prefix }: Settings,
  { admin, log }: { readonly admin: BrokerAdmin; readonly log: Log },
): Promise<FollowedFault> {
  const inFile = faultSwitch(file)
  if (topic === undefined) return { fault: inFile, close: async () => undefined }
  const inTopic = await followFault({ topic: prefix + topic, endpoint: name, admin, log })
  return { fault: () => inFile() ?? inTopic.fault(), close: inTopic.close }
}

const isForDeployment = (error: unknown) => error instanceof NotDeployed || error instanceof PartitionCountMismatch

/** Throws what only a deployment can mend, and waits for a broker, registry or database that is away. */
async function untilDeployed(
  endpoint: Endpoint,
  infrastructure: Parameters<typeof checkDeployed>[1],
  retry: RetryOptions,
): Promise<void> {
  const onMorePartitions = ({ topic, message }: PartitionCountMismatch) =>
    retry.log.warn({ event: 'morePartitions', topic }, `${message} All of them are read.`)
  await retryUntilStopped('start', { ...retry, isTransient: (error) => !isForDeployment(error) }, () =>
    checkDeployed(endpoint, { ...infrastructure, onMorePartitions }),
  )
}

interface Running {
  readonly log: Log
  readonly database: Pool
  readonly engine: Engine
  readonly metered: EndpointMetrics
  readonly heart: { stop(): Promise<void> }
  readonly close: () => Promise<void>
}

function running({ log, database, engine, metered, heart, close }: Running): Service {
  const cleanups: (() => Promise<void>)[] = []
  let stopping: Promise<void> | undefined
  const stopAll = async () => {
    const engineStops = engine.stop()
    for (const cleanup of cleanups) await cleanup()
    await engineStops
    await heart.stop()
    await close()
  }
  return {
    log,
    database,
    count: (counter, by) => metered.count(counter, by),
    isReady: () => engine.isReady(),
    status: () => engine.status(),
    onStop: (cleanup) => void cleanups.push(cleanup),
    stop: () => (stopping ??= stopAll()),
    async send(command, { id, conversationId, trace = activeHeaders() } = {}) {
      const { record } = engine.encodeMessage(command, { trace, ...(conversationId !== undefined && { conversationId }) }, id)
      await engine.publish(record)
    },
  }
}
