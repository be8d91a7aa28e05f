import type { BrokerRecord } from '../broker/port.ts'
import { type AvroCodec, avroCodec } from '../codec/codec.ts'
import { milliseconds } from '../definition/duration.ts'
import { type Endpoint, subscriptions } from '../definition/endpoint.ts'
import type { Incoming, Tx } from '../definition/handler.ts'
import type { Message } from '../definition/message.ts'
import { attempt, type Decided, type Failed, TransactionAborted } from '../engine/attempt.ts'
import { MessagesFailed, runBatch } from '../engine/batchRun.ts'
import { BusyChains } from '../engine/busyChains.ts'
import { type Delivery, open } from '../engine/delivery.ts'
import { type EncodeMessage, messageEncoder } from '../engine/encodeMessage.ts'
import { OutageGuard } from '../engine/outageGuard.ts'
import { tellAll } from '../engine/report.ts'
import { routing } from '../engine/routes.ts'
import { RunningHandlers } from '../engine/runningHandlers.ts'
import type { SagaStates } from '../engine/sagas.ts'
import { topicLimits } from '../engine/topicLimits.ts'
import { ce, failure } from '../headers.ts'
import { silentLog } from '../log.ts'
import { subjectName } from '../naming.ts'
import { messageTypes } from '../operations/plan.ts'
import { memoryRegistry } from '../registry/memory.ts'
import { noTracing } from '../tracing/port.ts'

// The engine's own steps for one message, without a broker. So what passes in a test of a service passes in the engine.

type StepsRuntime = Parameters<typeof attempt>[0] & Parameters<typeof open>[0]

export interface EngineSteps {
  /** Encodes a message as its sender would, and decodes it as the endpoint would. @throws TypeError when the endpoint does not handle it */
  deliver(message: Message, known?: Partial<Incoming>): Promise<Delivery>
  /** Runs its handler or saga once. */
  run(delivery: Delivery, states: SagaStates, tx?: Tx): Promise<Decided>
  /** Runs a batch handler for messages of its type; when some fail alone, the others again without them. */
  runTogether(deliveries: readonly Delivery[], tx: Tx): Promise<Decided[]>
  /** The message from which a record was made that a handler has produced. */
  readonly messageOf: (record: object) => Message
}

interface Contracts {
  readonly schemaIds: ReadonlyMap<string, number>
  readonly codec: AvroCodec
}

/** Kept for each endpoint, since compiling its schemas takes longer than handling a message. */
const contracts = new WeakMap<Endpoint, Promise<Contracts>>()

async function contractsOf(endpoint: Endpoint): Promise<Contracts> {
  const registry = memoryRegistry()
  const schemaIds = new Map<string, number>()
  for (const type of messageTypes(endpoint)) schemaIds.set(type.fullName, await registry.register(subjectName(type), type.schema))
  return { schemaIds, codec: avroCodec({ registry }) }
}

/** @param now the time, in milliseconds since the epoch */
export async function engineSteps(endpoint: Endpoint, now: () => number = Date.now): Promise<EngineSteps> {
  const known = contracts.get(endpoint) ?? contractsOf(endpoint)
  contracts.set(endpoint, known)
  const { schemaIds, codec } = await known
  const messages = new WeakMap<object, Message>()
  const encoder = (name: string, ids: ReadonlyMap<string, number>): EncodeMessage =>
    messageEncoder({ endpoint: { name }, prefix: '', schemaIds: ids, encode: codec.encode, limits: topicLimits(new Map()) })
  const produced = new Map(endpoint.produces.map(({ fullName }) => [fullName, schemaIds.get(fullName) ?? 0]))
  const encodeProduced = encoder(endpoint.name, produced)
  const runtime: StepsRuntime = {
    ...withoutInfrastructure({ ...endpoint, recoverability: { ...endpoint.recoverability, immediate: 0 } }),
    codec,
    now,
    encodeMessage(message, cause, id) {
      const encoded = encodeProduced(message, cause, id)
      messages.set(encoded.record, message)
      return encoded
    },
  }
  return {
    async deliver(message, known = {}) {
      refuseUnhandled(endpoint, message)
      const { record } = encoder(message.type.owner, schemaIds)(message, causeOf(known), known.id)
      const [delivery] = await open(runtime, [received(record, known)])
      if (delivery === undefined) throw new TypeError(`${message.type.fullName} was not delivered`)
      return delivery
    },
    runTogether: (deliveries, tx) => runTogether(runtime, deliveries, tx),
    async run(delivery, states, tx) {
      const decided = await attempt(runtime, delivery, states, tx && { tx, mustEnd: () => false })
      if (decided === undefined || decided instanceof TransactionAborted) throw new TypeError('the handler was interrupted')
      return decided
    },
    messageOf: (record) => messages.get(record) as Message,
  }
}

async function runTogether(runtime: StepsRuntime, deliveries: readonly Delivery[], tx: Tx): Promise<Decided[]> {
  const handler = deliveries[0]?.route?.handler
  if (handler?.takes !== 'batch' || deliveries.some(({ route }) => route?.handler !== handler))
    throw new TypeError('Only messages of one type, which a batchHandler handles, are received together.')
  try {
    return await runBatch(runtime, handler, deliveries, tx)
  } catch (error) {
    const errors = error instanceof MessagesFailed ? error.errors : new Map(deliveries.map((each) => [each, error]))
    const others = deliveries.filter((delivery) => !errors.has(delivery))
    const decided = (others.length === 0 ? [] : await runTogether(runtime, others, tx)).values()
    return deliveries.flatMap((each) => (errors.has(each) ? failed(each, errors.get(each)) : (decided.next().value ?? [])))
  }
}

const failed = (delivery: Delivery, error: unknown): Failed => ({
  delivery,
  error,
  tries: 1,
  startedAt: Date.now(),
  seconds: 0,
  destination: { kind: 'dead-letter' },
})

const withoutInfrastructure = (endpoint: Endpoint): Omit<StepsRuntime, 'codec' | 'encodeMessage' | 'now'> => ({
  endpoint,
  router: routing(endpoint, ''),
  running: new RunningHandlers(milliseconds(endpoint.handlerTimeLimit)),
  busy: new BusyChains(),
  guard: new OutageGuard(Number.POSITIVE_INFINITY, silentLog),
  fault: () => undefined,
  tracing: noTracing,
  report: tellAll([]),
})

function refuseUnhandled(endpoint: Endpoint, { type }: Message): void {
  const handled = subscriptions(endpoint).map(({ fullName }) => fullName)
  if (!handled.includes(type.fullName))
    throw new TypeError(`Endpoint "${endpoint.name}" does not handle ${type.fullName}; it handles ${handled.join(', ')}.`)
}

const causeOf = ({ conversationId, causationId, trace = {} }: Partial<Incoming>) => ({
  trace,
  ...(conversationId !== undefined && { conversationId }),
  ...(causationId !== undefined && { id: causationId }),
})

type Encoded = ReturnType<EncodeMessage>['record']

/** The record as it is read from its topic. */
function received({ topic, key, value, headers }: Encoded, { attempt: tries = 1, time }: Partial<Incoming>): BrokerRecord {
  return {
    topic,
    partition: 0,
    offset: 0n,
    key: key === null ? null : Buffer.from(key),
    value,
    headers: {
      ...headers,
      [failure.attempts]: String(tries - 1),
      ...(time !== undefined && { [ce.time]: time.toISOString() }),
    },
    timestamp: Date.now(),
  }
}
