import { Client, type ClientConfig, DatabaseError, Pool, type PoolConfig } from 'pg'
import { type Database, type DatabaseConnection, databaseOf } from '../../connections/databaseSettings.ts'
import { type Door, door } from '../../connections/door.ts'
import { tlsOptions } from '../../connections/tls.ts'
import { tlsRefusal } from '../../connections/tlsRefusal.ts'
import { type Log, silentLog } from '../../log.ts'

/**
 * A pool whose connections are opened with what the files have by then. That the database does not let us in is logged once,
 * and it is not tried again too soon.
 */
export function databasePool(database: Database, log: PoolLog, options: PoolConfig = {}): Pool {
  const pool = new Pool({ ...options, Client: databaseClient(database, log) })
  logLostConnections(pool, log)
  return pool
}

export type PoolLog = Pick<Log, 'warn'> & Partial<Pick<Log, 'info' | 'error'>>

/**
 * Without a listener, an idle connection that breaks would end the process; the pool replaces it by itself. Only the message
 * is logged: pg attaches the whole client to the error.
 */
export function logLostConnections(pool: Pool, log: Pick<Log, 'warn'>): void {
  pool.on('error', ({ message }) => log.warn({ reason: message }, 'a database connection was lost'))
}

/** One connection, for as long as the work takes. @throws NotLetIn, pg's error when nobody answers */
export async function withDatabaseClient<T>(
  database: Database,
  options: ClientConfig,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new (databaseClient(database, silentLog))(options)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** A class of connections to one database: each is opened with what the files have by then. */
export function databaseClient(database: Database, log: PoolLog): new (config?: ClientConfig) => Client {
  const connection = databaseOf(database)
  const ours = door({ server: 'PostgreSQL', credentials: shown(connection), log: doorLog(log) })
  const ssl = connection.tls === undefined ? () => false as const : tlsOptions(connection.tls)
  const place = new URL(connection.url).host

  return class extends Client {
    constructor(config: ClientConfig = {}) {
      super({ ...config, connectionString: urlOf(connection), ssl: ssl() })
      // A connection may be lost between two statements, or right behind the answer that it is open. Without a listener the event
      // would end the process; the next statement says it, too.
      this.on('error', () => undefined)
    }

    override connect(): Promise<Client>
    override connect(callback: Connected): void
    override connect(callback?: Connected): Promise<Client> | void {
      if (callback === undefined)
        return new Promise((resolve, reject) => this.connect((error) => (error ? reject(error) : resolve(this))))
      const refused = closedDoor(ours, place)
      if (refused !== undefined) return process.nextTick(callback, refused)
      super.connect((error: Error | null | undefined) => callback(outcome(ours, place, connection, error)))
    }
  }
}

/** Called as methods: pino's know their logger by `this`, so a copy of it has none that work. */
const doorLog = (log: PoolLog): Pick<Log, 'info' | 'error'> => ({
  info: (details, message) => log.info?.(details, message),
  error: (details, message) => log.error?.(details, message),
})

/** pg says null where its types say that there is an error. */
type Connected = (error: Error) => void

function closedDoor(ours: Door, place: string): unknown {
  try {
    ours.knock(place)
    return undefined
  } catch (error) {
    return error
  }
}

/** What became of an attempt, for whoever has asked for it. */
function outcome(ours: Door, place: string, connection: DatabaseConnection, error: Error | null | undefined): Error {
  if (!error) {
    ours.opened(place)
    return error as unknown as Error
  }
  const why = refusal(error, connection)
  return why === undefined ? error : ours.refused(place, why, error)
}

function urlOf({ url, password }: DatabaseConnection): string {
  if (password === undefined) return url
  const whole = new URL(url)
  whole.password = encodeURIComponent(password.read())
  return whole.href
}

const shown = ({ password, tls }: DatabaseConnection) => [password, tls?.ca, tls?.cert, tls?.key, tls?.keyPassword]

/** Wrong password; not in pg_hba.conf, or not with this encryption; may not connect to this database. */
const refusals = new Set(['28P01', '28000', '42501'])

/** Undefined when the database is away, starts, or is not there. */
function refusal(error: unknown, { password, tls }: DatabaseConnection): string | undefined {
  const said = error instanceof Error ? error.message : ''
  if (error instanceof DatabaseError)
    return refusals.has(error.code ?? '')
      ? `${said} (SQLSTATE ${error.code}). Check the user in DATABASE_URL, ${password?.variable ?? 'DATABASE_PASSWORD'} and DATABASE_SSL_MODE.`
      : undefined
  if (said === 'The server does not support SSL connections')
    return 'it has no TLS. Set DATABASE_SSL_MODE to disable, or turn TLS on there.'
  return tls === undefined ? undefined : tlsRefusal(error, tls)
}
