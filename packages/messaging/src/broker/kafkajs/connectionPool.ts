import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import type { ConsumerGroup } from './consumerHooks.ts'

/** kafkajs's connections to one broker: one for fetches, one for everything else. */
export interface ConnectionPool {
  readonly pool: readonly Connection[]
  send: (this: ConnectionPool, asked: Asked) => Promise<unknown>
}

interface Asked {
  readonly request: { readonly apiKey: number }
}

interface Connection {
  readonly socket?: Socket
  readonly versions: unknown
  readonly logger: unknown
  setVersions(versions: unknown): void
  getSupportAuthenticationProtocol(): unknown
  setSupportAuthenticationProtocol(isSupported: unknown): void
  connect(): Promise<unknown>
  send(asked: Asked): Promise<unknown>
  disconnect(): Promise<unknown>
}

const FETCHES = 1
/** https://kafka.apache.org/protocol#protocol_api_keys */
const JOIN_GROUP = 11

/**
 * Kafka answers the requests of a connection one after the other, and JoinGroup only when all members have joined. Until then
 * the member can go on with what it has, but could not commit it, nor leave. So each JoinGroup gets a connection of its own,
 * which is closed afterwards. Can go with kafkajs.
 */
export function joinOnOwnConnection(prototype: ConnectionPool): void {
  const { send } = prototype
  prototype.send = function (this: ConnectionPool, asked: Asked) {
    const [like] = this.pool
    return asked.request.apiKey === JOIN_GROUP && like !== undefined ? sendAlone(like, asked) : send.call(this, asked)
  }
}

async function sendAlone(like: Connection, asked: Asked): Promise<unknown> {
  const connection = another(like)
  await connection.connect()
  try {
    return await connection.send(asked)
  } finally {
    void connection.disconnect()
  }
}

/** A connection keeps the options that it was made with. */
function another(like: Connection): Connection {
  const load = createRequire(import.meta.url)
  const Connection = load('kafkajs/src/network/connection.js') as new (options: object) => Connection
  const connection = new Connection(like)
  connection.setVersions(like.versions)
  connection.setSupportAuthenticationProtocol(like.getSupportAuthenticationProtocol())
  return connection
}

/** Ends the fetches that wait at the brokers: the next one would wait behind them. */
export function dropFetches({ cluster }: ConsumerGroup): void {
  for (const { connectionPool } of Object.values(cluster.brokerPool.brokers))
    connectionPool.pool[FETCHES]?.socket?.destroy(new Error('the fetch is not wanted any more'))
}
