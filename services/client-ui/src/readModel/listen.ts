import { Client, type Notification } from 'pg'
import type { Log } from '@petrel/messaging'
import type { Changes } from './port.ts'

/** How often everything watched is read again although nothing was announced: while listening, and while that is not possible. */
const safetyPollMs = 10_000
const pollMs = 1_000

export interface Listener extends Changes {
  close(): Promise<void>
}

/**
 * Hears of changes made by any replica: one connection that listens to PostgreSQL's notifications
 * (https://www.postgresql.org/docs/current/sql-notify.html). A lost connection is tried again every second, and until
 * then the clock says "anything may have changed" in its place.
 */
export function listenForChanges(connectionString: string, log: Log): Listener {
  const orderListeners: ((ids: readonly string[] | 'all') => void)[] = []
  const catalogueListeners: (() => void)[] = []
  let client: Client | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const heard = ({ channel, payload }: Notification) => {
    if (channel === 'catalogue') for (const changed of catalogueListeners) changed()
    else for (const changed of orderListeners) changed((payload ?? '').split(' '))
  }
  const lost = (connection: Client, error: unknown) => {
    if (client !== connection) return
    client = undefined
    log.warn({ err: error }, 'not hearing of changes from the database; reading every second until the connection is back')
    void connection.end().catch(() => {}) // It is lost already: a second complaint would say nothing new.
    tickIn(pollMs)
  }
  const connect = async () => {
    const connection = new Client({ connectionString, keepAlive: true, connectionTimeoutMillis: 5_000 })
    client = connection
    connection.on('notification', heard)
    connection.on('error', (error) => lost(connection, error))
    connection.on('end', () => lost(connection, new Error('the database ended the connection')))
    try {
      await connection.connect()
      await connection.query('listen orders; listen catalogue')
    } catch (error) {
      lost(connection, error)
    }
  }
  const tick = async () => {
    if (client === undefined) await connect()
    for (const changed of orderListeners) changed('all')
    for (const changed of catalogueListeners) changed()
    if (client !== undefined) tickIn(safetyPollMs)
  }
  const tickIn = (ms: number) => {
    clearTimeout(timer)
    if (!closed) timer = setTimeout(() => void tick(), ms)
  }
  tickIn(0)
  return {
    onOrders: (changed) => void orderListeners.push(changed),
    onCatalogue: (changed) => void catalogueListeners.push(changed),
    async close() {
      closed = true
      clearTimeout(timer)
      const last = client
      client = undefined
      await last?.end()
    },
  }
}
