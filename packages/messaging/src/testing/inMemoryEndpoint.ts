import type { BrokerAdmin } from '../broker/port.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import { dueAt } from '../engine/envelope.ts'
import { type Engine, type EngineOptions, startEngine } from '../engine/startEngine.ts'
import { statusBeforeJoining, waitForRecords, type LaneStatus } from '../engine/status.ts'
import { endpointMetrics } from '../metrics/endpointMetrics.ts'
import { processRegistry, type MetricsRegistry } from '../metrics/registry.ts'
import { retryTopic } from '../naming.ts'
import { type GroupPlan, plan } from '../operations/plan.ts'
import type { EndpointStore } from './endpointStore.ts'

/** One endpoint of a system in memory; it can be stopped and started again. */
export interface InMemoryEndpoint {
  readonly endpoint: Endpoint
  readonly store: EndpointStore
  start(): Promise<void>
  /** Lets it finish what it has begun. */
  stop(): Promise<void>
  /** Stops it for good, and waits for broker, store and handlers no longer. */
  stopNow(): Promise<void>
  /** When it has something to do, in milliseconds since the epoch: 0 for at once; Infinity for never, and while it is stopped. */
  dueAt(): Promise<number>
  /** Lanes that do something, or try it again and again. */
  activeLanes(): LaneStatus[]
  readonly registry: MetricsRegistry
  /** Whether something is under way that needs no time to pass: a query, say. */
  isBusy(): boolean
}

type Infrastructure = Pick<EngineOptions, 'broker' | 'registry' | 'log' | 'spans'>

export function inMemoryEndpoint(endpoint: Endpoint, store: EndpointStore, infrastructure: Infrastructure): InMemoryEndpoint {
  const { admin } = infrastructure.broker
  const { groups } = plan(endpoint, '')
  const giveUp = new AbortController()
  const registry = processRegistry(endpoint.name)
  let engine: Engine | undefined
  const metered = endpointMetrics(registry, {
    endpoint,
    prefix: '',
    broker: infrastructure.broker,
    store: store.store,
    status: () => engine?.status() ?? statusBeforeJoining(endpoint.name),
  })

  const activeLanes = () =>
    (engine?.status().groups ?? []).flatMap(({ lanes }) => lanes).filter(({ doing }) => doing !== waitForRecords)
  const stop = async () => {
    await engine?.stop()
    engine = undefined
  }
  return {
    endpoint,
    store,
    registry,
    stop,
    activeLanes,
    isBusy: () => store.isBusy() || activeLanes().some(({ failures }) => failures === undefined),
    async start() {
      if (engine !== undefined) throw new Error(`Endpoint "${endpoint.name}" is running already.`)
      await store.prepare()
      const { broker, reports } = metered
      engine = await startEngine({ ...infrastructure, broker, endpoint, prefix: '', store: metered.store, giveUp, reports })
    },
    stopNow() {
      giveUp.abort()
      return stop()
    },
    async dueAt() {
      if (engine === undefined) return Infinity
      const delayed = new Set(endpoint.recoverability.delayed.map((delay) => retryTopic(endpoint.name, delay)))
      const times = await Promise.all(groups.map((group) => recordsDueAt(group, delayed, admin)))
      const earliest = Math.min(...times)
      return earliest === 0 ? 0 : Math.min(earliest, await store.scheduledDueAt())
    },
  }
}

/** When a group has a record to handle. In a retry topic a record waits for its time, and those behind it wait with it. */
async function recordsDueAt({ group, topics }: GroupPlan, delayed: ReadonlySet<string>, admin: BrokerAdmin): Promise<number> {
  const from = await admin.committed(group, topics)
  let earliest = Infinity
  for (const topic of topics) {
    const partitions = new Set<number>()
    for await (const { partition, headers } of admin.read(topic, { from })) {
      if (!delayed.has(topic)) return 0
      if (!partitions.has(partition)) earliest = Math.min(earliest, dueAt(headers))
      partitions.add(partition)
    }
  }
  return earliest
}
