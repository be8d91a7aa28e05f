import type { Socket } from 'node:net'
import { Kafka, logLevel, type ISocketFactoryArgs, type KafkaConfig, type LogEntry } from 'kafkajs'
import type { Log } from '../../log.ts'
import { patchKafkajs } from './patches.ts'
import type { Access } from './access.ts'
import type { ClientSettings } from './settings.ts'

/** A kafkajs client whose connections can be cut for good. */
export interface Client {
  readonly kafka: Kafka
  /** Closes every connection at once and opens no new one, so that nothing begun with this client can still reach a broker. */
  cut(): void
}

export interface ClientTimes {
  /** Milliseconds. */
  readonly connectionTimeout: number
  readonly requestTimeout: number
}

/**
 * kafkajs cannot abort what it has begun. A request that waits for a connection is sent when there is one, and a disconnect
 * waits for what is in flight. Destroying the sockets and refusing new ones is reliable.
 */
export function openClient({ brokers, clientId, log, access }: ClientSettings, times: ClientTimes): Client {
  patchKafkajs()
  const sockets = cuttableSockets(access)
  const config: KafkaConfig = {
    ...times,
    // Each client begins with another broker of the list. Otherwise all would wait for the first one when it is dead.
    brokers: rotated(brokers),
    clientId,
    authenticationTimeout: times.connectionTimeout,
    // To connect, each broker is tried once. Whether something is produced again is the producer's own setting.
    retry: { retries: brokers.length, initialRetryTime: 50, maxRetryTime: 250 },
    socketFactory: sockets.open,
    ...(access.sasl !== undefined && { sasl: access.sasl }),
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => relay(log, entry),
  }
  return { kafka: new Kafka(config), cut: sockets.cut }
}

let turn = 0

function rotated(brokers: readonly string[]): string[] {
  const first = turn++ % Math.max(brokers.length, 1)
  return [...brokers.slice(first), ...brokers.slice(0, first)]
}

/** kafkajs calls every failed try an error. What matters is logged where it is handled. */
function relay(log: Log, { namespace, log: { message, ...fields } }: LogEntry): void {
  log.debug({ ...fields, kafkajs: namespace }, message)
}

function cuttableSockets(access: Access) {
  const open = new Set<Socket>()
  let closed = false
  return {
    open: ({ host, port, onConnect }: ISocketFactoryArgs): Socket => {
      if (closed) throw new Error('this client was closed')
      const socket = access.open({ host, port }, onConnect)
      socket.setKeepAlive(true, 60_000)
      socket.setNoDelay(true)
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      return socket
    },
    cut: () => {
      closed = true
      // kafkajs listens for 'error', not for 'close'. Otherwise it keeps its requests and timers.
      for (const socket of open) socket.destroy(new Error('this client was closed'))
    },
  }
}
