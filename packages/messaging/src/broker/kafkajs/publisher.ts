import type { ICustomPartitioner, Producer } from 'kafkajs'
import { partitionOf } from '../partitioner.ts'
import { sizeOf } from '../size.ts'
import { BrokerUnavailable, RecordRefused, type OutgoingRecord } from '../port.ts'
import { openClient, type Client } from './client.ts'
import { brokerSaid, unavailable } from './errors.ts'
import { outgoing } from './records.ts'
import { coalescing } from './coalescing.ts'
import type { KafkajsSettings } from './settings.ts'
import { withTimeout } from './withTimeout.ts'

/** A whole publish ends within this many milliseconds, connecting included (one of several requests: each of them). */
const DEADLINE = 3_500

/** Bytes of one request: a topic's `max.message.bytes` (1 MiB by default) is for what goes to a partition in one request, not for one record. */
const REQUEST_SIZE = 900_000

/** The record's own fault: sent again it would be refused again. */
const REFUSALS = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP'])

const isRefusal = (error: unknown) => REFUSALS.has(brokerSaid(error) ?? '')

export interface Publisher {
  publish(records: readonly OutgoingRecord[]): Promise<void>
  /** Waits for what is in flight. */
  close(): Promise<void>
}

/** A connected producer, as long as it works. */
interface Connection {
  readonly client: Client
  readonly producer: Producer
  readonly connected: Promise<void>
  readonly inFlight: Set<Promise<unknown>>
}

/**
 * Not idempotent: with overlapping sends and one lost response kafkajs's idempotent producer loses a message and says
 * nothing. A record may come twice instead, which inboxes expect. No retries either: the caller has its own.
 */
export function publisher(settings: KafkajsSettings): Publisher {
  let connection: Connection | undefined
  let closed = false

  const connect = () => {
    if (closed) throw new BrokerUnavailable('This broker connection was closed')
    return openConnection(settings)
  }
  const attempt = async (used: Connection, records: readonly OutgoingRecord[], until: number) => {
    const sending = withTimeout(until - Date.now(), sendOn(used, records))
    used.inFlight.add(sending)
    try {
      await sending
    } catch (error) {
      if (isRefusal(error)) throw error
      // Without an answer from the broker something may still be on its way: it must not arrive after the caller was told.
      if (brokerSaid(error) === undefined) used.client.cut()
      if (connection === used) connection = undefined
      void disconnect(used)
      throw unavailable(`Could not publish ${described(records)}`, error)
    } finally {
      used.inFlight.delete(sending)
    }
  }
  const send = async (records: readonly OutgoingRecord[]) => {
    const until = Date.now() + DEADLINE
    try {
      await attempt((connection ??= connect()), records, until)
    } catch (error) {
      if (brokerSaid(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error
      // kafkajs looks up all topics it ever sent to, and fails if any is gone (https://github.com/tulios/kafkajs/issues/1622):
      // only a connection that never heard of others tells whether it is one of these.
      const own = connect()
      await attempt(own, records, until)
      if (connection === undefined && !closed) connection = own
      else void disconnect(own)
    }
  }
  return {
    publish: coalescing(async (records) => {
      for (const request of requests(records)) await sendOrName(send, request)
    }),
    close: async () => {
      closed = true
      if (connection !== undefined) await disconnect(connection)
    },
  }
}

function openConnection(settings: KafkajsSettings): Connection {
  const client = openClient(settings, { connectionTimeout: 3_000, requestTimeout: DEADLINE })
  const producer = client.kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: keyPartitioner,
    retry: { retries: 0 },
  })
  return { client, producer, connected: producer.connect(), inFlight: new Set() }
}

async function sendOn({ connected, producer }: Connection, records: readonly OutgoingRecord[]): Promise<void> {
  await connected
  await producer.sendBatch({ acks: -1, timeout: DEADLINE, topicMessages: outgoing(records) })
}

/** Others may still be waiting for their answers on the same connection. */
async function disconnect({ client, producer, inFlight }: Connection): Promise<void> {
  await Promise.allSettled(inFlight)
  await withTimeout(DEADLINE, producer.disconnect()).catch(() => undefined)
  client.cut()
}

/** When several are refused together, one by one shows whose fault it is; the others were either taken before or go now. */
async function sendOrName(send: (records: readonly OutgoingRecord[]) => Promise<void>, records: readonly OutgoingRecord[]) {
  try {
    await send(records)
  } catch (error) {
    if (!isRefusal(error)) throw error
    const [first, ...others] = records
    if (first !== undefined && others.length === 0)
      throw new RecordRefused(first, sizeOf(first), (error as Error).message, { cause: error })
    const half = Math.ceil(records.length / 2)
    await sendOrName(send, records.slice(0, half))
    await sendOrName(send, records.slice(half))
  }
}

/** In order, each small enough; a record that is larger alone goes alone. */
function* requests(records: readonly OutgoingRecord[]): Generator<readonly OutgoingRecord[]> {
  let request: OutgoingRecord[] = []
  let size = 0
  for (const record of records) {
    const more = sizeOf(record)
    if (request.length > 0 && size + more > REQUEST_SIZE) {
      yield request
      request = []
      size = 0
    }
    request.push(record)
    size += more
  }
  if (request.length > 0) yield request
}

const keyPartitioner: ICustomPartitioner = () => {
  let keyless = 0
  return ({ message: { key, partition }, partitionMetadata: { length } }) => {
    if (partition !== undefined) return partition
    return key === null || key === undefined ? keyless++ % length : partitionOf(key, length)
  }
}

function described(records: readonly OutgoingRecord[]): string {
  const topics = [...new Set(records.map(({ topic }) => topic))]
  return `${records.length} records to ${topics.join(', ')}`
}
