import { pino } from 'pino'
import type { Pool } from 'pg'
import { kafkajsBroker } from './broker/kafkajs/broker.ts'
import type { Broker } from './broker/port.ts'
import { type AvroCodec, avroCodec } from './codec/codec.ts'
import { type Endpoint, subscriptions } from './definition/endpoint.ts'
import type { Message } from './definition/message.ts'
import { Consumer } from './engine/consumer.ts'
import { Scheduler } from './engine/scheduler.ts'
import type { EncodeMessage } from './engine/effects.ts'
import { retryUntilStopped } from './engine/retryUntilStopped.ts'
import { reportFailures } from './engine/report.ts'
import { routing } from './engine/routes.ts'
import { messageEncoder } from './engine/encodeMessage.ts'
import type { EndpointRuntime } from './engine/endpointRuntime.ts'
import { faultSwitch } from './fault.ts'
import type { Log } from './log.ts'
import { mainGroup, replayTopic, retryGroup, retryTopic, subjectName, topicName } from './naming.ts'
import { checkDeployed } from './operations/checkDeployed.ts'
import { NotDeployed, PartitionCountMismatch } from './operations/notDeployed.ts'
import { confluentRegistry } from './registry/confluent.ts'
import type { Registry } from './registry/port.ts'
import type { Settings } from './settings.ts'
import { openPool } from './store/postgres/connections.ts'
import { postgresStore } from './store/postgres/store.ts'

export interface SendOptions {
  /** `ce_id`, when whoever asks may ask twice: the second of two messages with one id is dropped where it is handled. */
  readonly id?: string
  readonly conversationId?: string
  /** W3C trace context of what led to it. */
  readonly trace?: Readonly<Record<string, string>>
}

/** A running endpoint. */
export interface Service {
  /** The service's own database. */
  readonly database: Pool
  readonly log: Log
  /**
   * Sends a command from outside a handler, an HTTP request for example; resolves when Kafka has it on disk.
   * @throws BrokerUnavailable within 4 seconds; it is not tried again behind the caller's back
   */
  send(command: Message<'command'>, options?: SendOptions): Promise<void>
  /** Whether it has joined its consumer groups and is not stopping. */
  isReady(): boolean
  /** What is to be closed before the endpoint stops: a server, a timer. */
  onStop(cleanup: () => Promise<void>): void
  /** Finishes the batches in hand, commits, leaves the groups and closes all connections. */
  stop(): Promise<void>
}

export interface StartOptions {
  readonly log?: Log
}

/** How long batches in hand may take when the endpoint stops, in milliseconds: less than Kubernetes' 30 seconds. */
const drainMs = 20_000
const inboxRetentionMs = 7 * 24 * 3_600_000
const cleanUpEveryMs = 3_600_000

/**
 * Starts an endpoint; resolves when its consumers have joined. Waits for a broker, registry or database that is away.
 * @throws NotDeployed when a topic, schema, table or consumer group is missing
 */
export async function start(endpoint: Endpoint, settings: Settings, options: StartOptions = {}): Promise<Service> {
  const log = options.log ?? pino({ name: endpoint.name, level: settings.LOG_LEVEL })
  const prefix = settings.TOPIC_PREFIX
  const giveUp = new AbortController()
  const broker = kafkajsBroker({ brokers: settings.KAFKA_BROKERS, clientId: endpoint.name, log })
  const registry = confluentRegistry({ url: settings.SCHEMA_REGISTRY_URL })
  const database = openPool(settings.DATABASE_URL, log)
  const store = postgresStore({ pool: database, log })
  const close = async () => {
    await broker.close()
    await store.close()
    await database.end()
  }

  const patience = { signal: giveUp.signal, log }
  try {
    const infrastructure = { admin: broker.admin, registry, prefix, database }
    const notReady = await retryUntilStopped('start', patience, () => whatIsMissing(endpoint, infrastructure))
    if (notReady !== undefined) throw notReady
    const codec = avroCodec({ registry })
    const encodeMessage = await retryUntilStopped('look up schemas', patience, () =>
      encoderFor(endpoint, prefix, registry, codec),
    )
    const runtime: EndpointRuntime = {
      endpoint,
      prefix,
      broker,
      store,
      codec,
      encodeMessage,
      log,
      router: routing(endpoint, prefix),
      signal: giveUp.signal,
      fault: faultSwitch(settings.FAULT_FILE),
      failed: reportFailures(log),
    }
    const consumers = await join(runtime)
    const relay = new Scheduler(runtime)
    const cleanUp = setInterval(() => {
      store
        .deleteHandledBefore(new Date(Date.now() - inboxRetentionMs))
        .catch((error: unknown) => log.warn({ err: error }, 'cannot clean up the inbox'))
    }, cleanUpEveryMs)
    cleanUp.unref()
    return running({ log, database, broker, encodeMessage, stopEngine, close })

    async function stopEngine() {
      clearInterval(cleanUp)
      const deadline = setTimeout(() => giveUp.abort(), drainMs)
      await relay.stop()
      await Promise.all(consumers.map((consumer) => consumer.stop()))
      clearTimeout(deadline)
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What only a deployment can mend; a broker, registry or database that is away is waited for instead. */
async function whatIsMissing(
  endpoint: Endpoint,
  infrastructure: Parameters<typeof checkDeployed>[1],
): Promise<Error | undefined> {
  try {
    await checkDeployed(endpoint, infrastructure)
    return undefined
  } catch (error) {
    if (error instanceof NotDeployed || error instanceof PartitionCountMismatch) return error
    throw error
  }
}

async function join(runtime: EndpointRuntime): Promise<Consumer[]> {
  const { endpoint, prefix } = runtime
  const heard = subscriptions(endpoint).map((type) => prefix + topicName(type))
  if (heard.length === 0) return []
  const retries = endpoint.recoverability.delayed.map((delay) => prefix + retryTopic(endpoint.name, delay))
  return Promise.all([
    Consumer.start(runtime, prefix + mainGroup(endpoint.name), heard),
    Consumer.start(runtime, prefix + retryGroup(endpoint.name), [...retries, prefix + replayTopic(endpoint.name)]),
  ])
}

async function encoderFor(endpoint: Endpoint, prefix: string, registry: Registry, codec: AvroCodec): Promise<EncodeMessage> {
  const schemaIds = new Map<string, number>()
  for (const type of endpoint.produces) {
    const id = await registry.idOf(prefix + subjectName(type), type.schema)
    if (id !== undefined) schemaIds.set(type.fullName, id)
  }
  return messageEncoder({ endpoint, prefix, schemaIds, encode: codec.encode })
}

interface Running {
  readonly log: Log
  readonly database: Pool
  readonly broker: Broker
  readonly encodeMessage: EncodeMessage
  readonly stopEngine: () => Promise<void>
  readonly close: () => Promise<void>
}

function running({ log, database, broker, encodeMessage, stopEngine, close }: Running): Service {
  const cleanups: (() => Promise<void>)[] = []
  let stopping: Promise<void> | undefined
  const stopAll = async () => {
    for (const cleanup of cleanups) await cleanup()
    await stopEngine()
    await close()
  }
  return {
    log,
    database,
    isReady: () => stopping === undefined,
    onStop: (cleanup) => void cleanups.push(cleanup),
    stop: () => (stopping ??= stopAll()),
    async send(command, { id, conversationId, trace = {} } = {}) {
      const { record } = encodeMessage(command, { trace, ...(conversationId !== undefined && { conversationId }) }, id)
      await broker.publish([record])
    },
  }
}
