import type { Pool } from 'pg'
import type { MemoryBroker } from '../broker/memory.ts'
import type { Duration } from '../definition/duration.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import type { Message, MessageKind, MessageType } from '../definition/message.ts'
import type { LaneStatus } from '../engine/status.ts'
import { type Log, silentLog } from '../log.ts'
import type { Deployment } from '../operations/deploy.ts'
import { type Failure, listFailures } from '../operations/failures.ts'
import type { Infrastructure } from '../operations/infrastructure.ts'
import type { SendOptions } from '../service.ts'
import type { MemoryStore } from '../store/memory.ts'
import type { Spans } from '../tracing/spans.ts'
import { openStore, refuseSqlInMemory } from './endpointStore.ts'
import { type InMemoryEndpoint, inMemoryEndpoint } from './inMemoryEndpoint.ts'
import { type MemoryTransport, memoryTransport } from './memoryTransport.ts'
import { type Labels, sumOf } from './sumOf.ts'
import { type Activity, type AdvanceTimers, type PassingTime, passingTime } from './passingTime.ts'

/** Endpoints that run in one process, each with its own engine and store, on a broker and a registry in memory. */
export interface InMemorySystem extends Infrastructure {
  /** With faults that a test can make. The system itself is what `replay` and the other operations take. */
  readonly broker: MemoryBroker
  /** Sends a command from outside, with Avro and all headers. @throws InvalidMessage, TypeError when no endpoint handles it */
  send(command: Message<'command'>, options?: SendOptions): Promise<void>
  /** Publishes an event as the endpoint that owns it does. @throws as `send` does */
  publish(event: Message<'event'>, options?: SendOptions): Promise<void>
  /** All messages of a type, from whomever, decoded; in the order of each key. */
  produced<Data extends object>(type: MessageType<MessageKind, Data>): Promise<Data[]>
  /** What waits for a person: of one endpoint, or of all. */
  deadLetters(endpoint?: string): Promise<Failure[]>
  /** The rows and the faults of an endpoint that has no database. */
  store(endpoint: string): MemoryStore
  /** The pool of an endpoint that has a database. */
  database(endpoint: string): Pool
  /** What an endpoint has counted: the sum of all series of a metric with these labels, since the system began. */
  metric(endpoint: string, name: string, labels?: Labels): Promise<number>
  /**
   * Resolves when everything is handled and committed, and nothing that is scheduled is due. What broker or store refuse
   * is waited for: fake time is moved on until they are asked again. It is not moved for a handler that waits for a timer.
   * @throws Error when that takes longer than the option `settleTimeoutMs`: what each lane does
   */
  settled(): Promise<void>
  /** Moves fake time, and stops at everything that becomes due until it is settled. @throws TypeError without `advanceTimers` */
  advance(by: Duration): Promise<void>
  /** Starts an endpoint that was stopped. */
  startEndpoint(name: string): Promise<void>
  /** Lets an endpoint finish what it has begun. Its messages wait. */
  stopEndpoint(name: string): Promise<void>
  /** Stops everything, done or not. Also what `await using` does. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface InMemoryOptions {
  /** A database for each endpoint that has transactional handlers, by its name; it is migrated. The others have a store in memory. */
  readonly databases?: Readonly<Record<string, NonNullable<Deployment['database']>>>
  /** How the test moves its fake time: `vi.advanceTimersByTime`. Without it time is real. */
  readonly advanceTimers?: AdvanceTimers
  /** In real milliseconds; 4,000 unless given. */
  readonly settleTimeoutMs?: number
  readonly log?: Log
  /** Traces endpoints, by their names. */
  readonly spans?: (endpoint: string) => Spans | undefined
}

/**
 * Deploys and starts endpoints: `const system = await startInMemory([sales, shipping])`. Messages of endpoints that are not
 * among them are there, too, so that a test can play their part. Fake timers must be on before.
 * @throws TypeError when an endpoint has transactional handlers and no database
 */
export async function startInMemory(endpoints: readonly Endpoint[], options: InMemoryOptions = {}): Promise<InMemorySystem> {
  const { databases = {}, advanceTimers, settleTimeoutMs = 4_000, log = silentLog, spans } = options
  const deployments = endpoints.map((endpoint): Deployment => {
    const database = databases[endpoint.name]
    return database === undefined ? { endpoint } : { endpoint, database }
  })
  for (const deployment of deployments) refuseSqlInMemory(deployment)
  const transport = await memoryTransport(deployments)
  const all = deployments.map((deployment) =>
    inMemoryEndpoint(deployment.endpoint, openStore(deployment, log, advanceTimers !== undefined), {
      ...transport,
      log,
      spans: spans?.(deployment.endpoint.name),
    }),
  )
  const time = passingTime(activityOf(transport, all), {
    timeoutMs: settleTimeoutMs,
    advanceTimers: advanceTimers && withClocks(all, advanceTimers),
  })
  const system = systemOf(transport, all, time)
  try {
    await Promise.all(all.map((endpoint) => endpoint.start()))
    return system
  } catch (error) {
    await system.stop()
    throw error
  }
}

/** Databases go ahead: whoever wakes when timers are advanced finds there what is due. */
function withClocks(endpoints: readonly InMemoryEndpoint[], advanceTimers: AdvanceTimers): AdvanceTimers {
  return async (ms) => {
    const at = new Date(Date.now() + ms)
    await Promise.all(endpoints.map(({ store }) => store.setClock(at)))
    await advanceTimers(ms)
  }
}

function systemOf(transport: MemoryTransport, endpoints: readonly InMemoryEndpoint[], time: PassingTime): InMemorySystem {
  const { broker, admin, registry, prefix, encode, produced } = transport
  const publish = async (message: Message, { id, trace = {}, conversationId }: SendOptions = {}) => {
    const { record } = encode(message, { trace, ...(conversationId !== undefined && { conversationId }) }, id)
    await broker.publish([record])
  }
  const named = (name: string) =>
    known(
      endpoints.find(({ endpoint }) => endpoint.name === name),
      `There is no endpoint "${name}" here.`,
    )
  const stop = async () => {
    const isQuerying = () => endpoints.some(({ store }) => store.isBusy())
    await time.passUntil(Promise.all(endpoints.map((endpoint) => endpoint.stopNow())), isQuerying)
    await Promise.all(endpoints.map(({ store }) => store.close()))
  }
  return {
    broker,
    admin,
    registry,
    prefix,
    send: publish,
    publish,
    produced,
    deadLetters: (endpoint) => listFailures(transport, endpoint),
    store: (name) => known(named(name).store.memory, `Endpoint "${name}" has a database, and no store in memory.`),
    database: (name) => known(named(name).store.database, `Endpoint "${name}" has a store in memory, and no database.`),
    metric: (name, metric, labels = {}) => sumOf(named(name).registry, metric, labels),
    settled: time.settled,
    advance: time.advance,
    startEndpoint: (name) => named(name).start(),
    stopEndpoint: (name) => time.passUntil(named(name).stop(), () => named(name).isBusy()),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

const activityOf = ({ broker }: MemoryTransport, endpoints: readonly InMemoryEndpoint[]): Activity => ({
  changes: () => broker.changes,
  isBusy: () => endpoints.some((endpoint) => endpoint.isBusy()),
  dueAt: async () => Math.min(Infinity, ...(await Promise.all(endpoints.map((endpoint) => endpoint.dueAt())))),
  describe: () =>
    endpoints
      .flatMap((endpoint) => endpoint.activeLanes())
      .map(sentence)
      .join(' ') || 'All lanes wait for records.',
})

const sentence = ({ lane, doing, failures, error }: LaneStatus) =>
  failures === undefined ? `${lane}: ${doing}.` : `${lane}: ${doing}; failed ${failures} times, the last time: ${error}.`

function known<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new TypeError(otherwise)
  return value
}
