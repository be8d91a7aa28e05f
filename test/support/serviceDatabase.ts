import { once } from 'node:events'
import { join } from 'node:path'
import { escapeIdentifier, Pool } from 'pg'
import type { Endpoint, Message, Tx } from '@petrel/messaging'
import { migrate } from '@petrel/messaging/operations'
import { receive, type Received, receiveTogether } from '@petrel/messaging/testing'
import { ROOT } from '../../deploy/local/folders.ts'
import { postgresStore } from '../../packages/messaging/src/store/postgres/store.ts'
import { testSystem } from './stack.ts'

/** A service's own tables on the real PostgreSQL, and nothing else of it: for tests of the SQL in its handlers. */
export interface ServiceDatabase {
  readonly url: string
  readonly pool: Pool
  /** Work in a transaction as the engine gives it to handlers; commits at the end. */
  inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * Handles messages in one transaction, which ends with the rows they recorded: one after the other, and those of a batch
   * handler that follow each other together.
   */
  handle(...messages: readonly Message[]): Promise<Received[]>
  [Symbol.asyncDispose](): Promise<void>
}

function endpointOf(service: Endpoint | { readonly name: string }): Endpoint {
  if ('handlers' in service) return service
  throw new TypeError(`${service.name} is no endpoint: it handles no messages`)
}

const nothingElse = { lane: '', handled: [], outgoing: [], rows: new Map(), sagas: [], scheduled: [], sent: [] }

/** Migrated, and empty. @param service an endpoint, or the name of a service that has none */
export async function serviceDatabase(service: Endpoint | { readonly name: string }): Promise<ServiceDatabase> {
  const { name } = service
  const system = await testSystem()
  const url = await system.createDatabase(name)
  await migrate(url, [{ namespace: name, path: join(ROOT, 'services', name, 'migrations') }])
  const pool = new Pool({ connectionString: url })
  const store = postgresStore({ pool, log: console })
  const closed: Promise<unknown>[] = []
  pool.on('connect', (client) => closed.push(once(client, 'end')))

  const database: ServiceDatabase = {
    url,
    pool,
    async inTransaction(work) {
      const transaction = await store.begin()
      try {
        const result = await work(transaction)
        await transaction.commit([nothingElse])
        return result
      } catch (error) {
        await transaction.rollback()
        throw error
      }
    },
    handle: (...messages) =>
      database.inTransaction(async (tx) => {
        const results: Received[] = []
        for (const together of inRuns(endpointOf(service), messages)) results.push(...(await together(tx)))
        for (const { table, row } of results.flatMap((result) => result.inserted)) await insert(tx, table, row)
        return results
      }),
    async [Symbol.asyncDispose]() {
      await pool.end()
      // `end` does not wait for the last goodbyes, and a connection that loses its database before them is an error.
      await Promise.all(closed)
      await system.cleanup()
    },
  }
  return database
}

/** One step for each message, or for messages of a batch handler that follow each other. */
function inRuns(endpoint: Endpoint, messages: readonly Message[]): ((tx: Tx) => Promise<Received[]>)[] {
  const batched = new Set(endpoint.handlers.filter(({ takes }) => takes === 'batch').map(({ handles }) => handles.fullName))
  const runs: Message[][] = []
  for (const message of messages) {
    const last = runs.at(-1)
    const { fullName } = message.type
    if (batched.has(fullName) && last?.[0]?.type.fullName === fullName) last.push(message)
    else runs.push([message])
  }
  return runs.map((run) => async (tx) => {
    const [first] = run
    if (run.length > 1) return receiveTogether(endpoint, run, { tx })
    return first === undefined ? [] : [await receive(endpoint, first, { tx })]
  })
}

async function insert(tx: Tx, table: string, row: Readonly<Record<string, unknown>>): Promise<void> {
  const columns = Object.keys(row)
  const values = Object.values(row).map((value) => (Array.isArray(value) ? JSON.stringify(value) : value))
  const places = columns.map((_, index) => `$${index + 1}`)
  await tx.query(
    `insert into ${escapeIdentifier(table)} (${columns.map(escapeIdentifier).join(', ')}) values (${places.join(', ')})`,
    values,
  )
}
