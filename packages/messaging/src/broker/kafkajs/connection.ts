import type { ICustomPartitioner, Producer } from 'kafkajs'
import { partitionOf } from '../partitioner.ts'
import { type OutgoingRecord, publishDeadlineMs } from '../port.ts'
import { openClient, type Client } from './client.ts'
import { outgoing } from './records.ts'
import type { ClientSettings } from './settings.ts'
import { timeouts } from './timeouts.ts'
import { withTimeout } from './withTimeout.ts'

/** A connected producer. It is used until it fails. */
export interface Connection {
  readonly client: Client
  readonly producer: Producer
  readonly connected: Promise<void>
  readonly inFlight: Set<Promise<unknown>>
}

export function connect(settings: ClientSettings): Connection {
  const client = openClient(settings, timeouts.publisher)
  const producer = client.kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: keyPartitioner,
    retry: { retries: 0 },
  })
  return { client, producer, connected: producer.connect(), inFlight: new Set() }
}

export async function send({ connected, producer }: Connection, records: readonly OutgoingRecord[]): Promise<void> {
  await connected
  await producer.sendBatch({ acks: -1, timeout: publishDeadlineMs, topicMessages: outgoing(records) })
}

/** Waits for the answers that others expect on the same connection. */
export async function disconnect({ client, producer, inFlight }: Connection): Promise<void> {
  await Promise.allSettled(inFlight)
  await withTimeout(publishDeadlineMs, producer.disconnect()).catch(() => undefined)
  client.cut()
}

const keyPartitioner: ICustomPartitioner = () => {
  let keyless = 0
  return ({ message: { key, partition }, partitionMetadata: { length } }) => {
    if (partition !== undefined) return partition
    return key === null || key === undefined ? keyless++ % length : partitionOf(key, length)
  }
}
