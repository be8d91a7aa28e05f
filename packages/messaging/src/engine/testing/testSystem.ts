import { onTestFinished } from 'vitest'
import { type MemoryBroker, memoryBroker } from '../../broker/memory.ts'
import type { BrokerRecord, RecordHeaders } from '../../broker/port.ts'
import { avroCodec } from '../../codec/codec.ts'
import type { Endpoint } from '../../definition/endpoint.ts'
import type { Message } from '../../definition/message.ts'
import { ce, headerText } from '../../headers.ts'
import { silentLog } from '../../log.ts'
import { mainGroup, retryGroup, subjectName } from '../../naming.ts'
import { plan } from '../../operations/plan.ts'
import { memoryRegistry } from '../../registry/memory.ts'
import { type Registry, RegistryUnavailable } from '../../registry/port.ts'
import { type Constraint, memoryStore } from '../../store/memory.ts'
import { uuid7 } from '../../uuid7.ts'
import { Consumer } from '../consumer.ts'
import { Scheduler } from '../scheduler.ts'
import type { EncodeMessage } from '../effects.ts'
import type { FailedAttempt } from '../recovery.ts'
import { routing } from '../routes.ts'
import { messageEncoder } from '../encodeMessage.ts'
import type { EndpointRuntime } from '../endpointRuntime.ts'
import { everyMessage } from './messages.ts'
import { type ProcessSwitch, processSwitch } from './processSwitch.ts'
import { type SqlStore, sqlStore } from './sqlStore.ts'
import { until } from './virtualTime.ts'

/** A running process with the endpoint in it. */
export interface Replica {
  readonly runtime: EndpointRuntime
  readonly processSwitch: ProcessSwitch
  /** Finishes what it has in hand. */
  stop(): Promise<void>
  /** Waits for store and broker no longer. */
  giveUp(): void
}

export interface TestSystem {
  readonly broker: MemoryBroker
  readonly store: SqlStore
  /** What could not be handled, as it is logged. */
  readonly failures: readonly FailedAttempt[]
  /** The next questions to the registry are not answered. */
  failRegistry(times: number): void
  /** Publishes messages from outside as one, in this order. @returns their ids */
  say(...messages: readonly (Message | Said)[]): Promise<string[]>
  start(): Promise<Replica>
  /** The records of a topic, partition by partition. */
  records(topic: string): Promise<BrokerRecord[]>
  /** The `ce_id`s in a topic. */
  ids(topic: string): Promise<string[]>
  /** Waits until all that was said was handled and committed, and nothing is due. */
  settled(): Promise<void>
  /** Positions that a group has not reached. */
  lag(group: string): Promise<bigint>
  /** Ends all replicas; done by itself when the test ends. */
  close(): Promise<void>
}

export interface Said {
  readonly message: Message
  readonly id?: string
  readonly headers?: RecordHeaders
  readonly partition?: number
}

interface TestSystemOptions {
  readonly constraints?: readonly Constraint[]
}

/** An endpoint, deployed on a broker, a registry and a store in memory. All replicas are stopped when the test ends. */
export async function testSystem(endpoint: Endpoint, options: TestSystemOptions = {}): Promise<TestSystem> {
  const broker = memoryBroker()
  const store = sqlStore(memoryStore(options))
  const registry = unsteady(memoryRegistry())
  const failures: FailedAttempt[] = []
  const replicas: Replica[] = []
  const { topics, groups } = plan(endpoint, '')
  const foreign = everyMessage.map(({ topic }) => ({ topic, partitions: endpoint.partitions, config: {} }))
  await broker.admin.createTopics([...topics, ...foreign])
  const schemaIds = new Map<string, number>()
  for (const type of everyMessage) schemaIds.set(type.fullName, await registry.register(subjectName(type), type.schema))
  const outside = messageEncoder({
    endpoint: { ...endpoint, name: 'outside' },
    prefix: '',
    schemaIds,
    encode: avroCodec({ registry }).encode,
  })

  const records = async (topic: string) => {
    const found: BrokerRecord[] = []
    for await (const record of broker.admin.read(topic)) found.push(record)
    return found
  }
  const lag = async (group: string) => {
    const { topics: heard = [] } = groups.find((each) => each.group === group) ?? {}
    const committed = new Map(
      (await broker.admin.committed(group, heard)).map((each) => [`${each.topic}/${each.partition}`, each.offset]),
    )
    let behind = 0n
    for (const topic of heard)
      for (const { partition, latest } of await broker.admin.offsets(topic))
        behind += latest - (committed.get(`${topic}/${partition}`) ?? 0n)
    return behind
  }
  const isSettled = async () =>
    store.scheduled().length === 0 && (await lag(mainGroup(endpoint.name))) + (await lag(retryGroup(endpoint.name))) === 0n

  const close = async () => {
    for (const replica of replicas) {
      replica.processSwitch.kill()
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
    async say(...messages) {
      const said = messages
        .map((each) => asSaid(each))
        .map(({ message, id = uuid7(), headers, partition }) => {
          const { record } = encodeMessage(outside, message, id)
          return {
            id,
            record: { ...record, headers: { ...record.headers, ...headers }, ...(partition !== undefined && { partition }) },
          }
        })
      await broker.publish(said.map(({ record }) => record))
      return said.map(({ id }) => id)
    },
    async start() {
      const replica = await startReplica({ endpoint, registry, schemaIds, failures, processSwitch: processSwitch(broker, store) })
      replicas.push(replica)
      return replica
    },
    records,
    ids: async (topic) => (await records(topic)).map(({ headers }) => headerText(headers, ce.id) ?? ''),
    settled: () => until('everything is handled', isSettled),
    lag,
    close,
  }
}

const asSaid = (each: Message | Said): Said => ('message' in each ? each : { message: each })

const encodeMessage = (outside: EncodeMessage, message: Message, id: string) => outside(message, { trace: {} }, id)

interface UnsteadyRegistry extends Registry {
  failNext(times: number): void
}

function unsteady(registry: Registry): UnsteadyRegistry {
  let failing = 0
  return {
    ...registry,
    failNext: (times) => {
      failing = times
    },
    async schemaOf(id) {
      if (failing > 0) {
        failing -= 1
        throw new RegistryUnavailable('a fault made by the test')
      }
      return registry.schemaOf(id)
    },
  }
}

interface Parts {
  readonly endpoint: Endpoint
  readonly registry: Registry
  readonly schemaIds: ReadonlyMap<string, number>
  readonly failures: FailedAttempt[]
  readonly processSwitch: ProcessSwitch
}

/** As `start` in service.ts does it, on other adapters. */
async function startReplica({ endpoint, registry, schemaIds, failures, processSwitch }: Parts): Promise<Replica> {
  const giveUp = new AbortController()
  const codec = avroCodec({ registry })
  const produces = new Map([...schemaIds].filter(([name]) => endpoint.produces.some(({ fullName }) => fullName === name)))
  const runtime: EndpointRuntime = {
    endpoint,
    prefix: '',
    broker: processSwitch.broker,
    store: processSwitch.store,
    codec,
    router: routing(endpoint, ''),
    encodeMessage: messageEncoder({ endpoint, prefix: '', schemaIds: produces, encode: codec.encode }),
    log: silentLog,
    signal: giveUp.signal,
    fault: () => undefined,
    failed: (failure) => void failures.push(failure),
  }
  const groups = plan(endpoint, '').groups
  const consumers = await Promise.all(groups.map(({ group, topics }) => Consumer.start(runtime, group, topics)))
  const relay = new Scheduler(runtime)
  return {
    runtime,
    processSwitch,
    giveUp: () => giveUp.abort(),
    async stop() {
      await relay.stop()
      await Promise.all(consumers.map((consumer) => consumer.stop()))
    },
  }
}
