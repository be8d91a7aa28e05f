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

/** What kafkajs knows of the login of one connection. */
export interface LoggedIn {
  /** Milliseconds; a Long, 0 for ever. */
  readonly sessionLifetime: { toNumber(): number }
}

/**
 * kafkajs shows its credentials again ten seconds before a login ends: at once, where it lasts no longer. A broker refuses that
 * within a second (https://cwiki.apache.org/confluence/display/KAFKA/KIP-368%3A+Allow+SASL+Connections+to+Periodically+Re-Authenticate).
 * Kafka's own clients do it when 85 to 95 % of the time are over; so does this. Can go with kafkajs.
 */
export function logInAgainInTime(prototype: LoggedIn): void {
  Object.defineProperty(prototype, 'reauthenticationThreshold', {
    get(this: LoggedIn) {
      return Math.round(this.sessionLifetime.toNumber() * 0.15)
    },
    // Each connection is given the same number when it is made.
    set() {},
  })
}

/** Ends the fetches that wait at the brokers: the next one would wait behind them. */
export function dropFetches({ cluster }: ConsumerGroup): void {
  for (const { connectionPool } of Object.values(cluster.brokerPool.brokers))
    connectionPool.pool[FETCHES]?.socket?.destroy(new Error('the fetch is not wanted any more'))
}
