import type { Pool } from 'pg'
import type { Log } from '../log.ts'
import type { Deployment } from '../operations/deploy.ts'
import { type MemoryStore, memoryStore } from '../store/memory.ts'
import { type Store, StoreUnavailable } from '../store/port.ts'
import { claimDatabase } from '../store/postgres/claimDatabase.ts'
import { openPool } from '../store/postgres/connections.ts'
import { postgresStore } from '../store/postgres/store.ts'
import { createFakeClock, setFakeClock, withFakeClock } from '../store/postgres/testing/fakeClock.ts'

/** The store of an endpoint in a test: in memory, or in a database. */
export interface EndpointStore {
  readonly store: Store
  readonly memory?: MemoryStore
  readonly database?: Pool
  /** Resolves when the endpoint may start. @throws DatabaseOwnedByAnother, StoreUnavailable */
  prepare(): Promise<void>
  /** When the next timeout or postponed message is due, in milliseconds since the epoch; Infinity when there is none. */
  scheduledDueAt(): Promise<number>
  /** Whether a query is under way. */
  isBusy(): boolean
  /** Follows the test's fake time. */
  setClock(at: Date): Promise<void>
  close(): Promise<void>
}

/** @param isTimeFake whether the test moves time: then the database reads a clock that follows it */
export function openStore({ endpoint, database }: Deployment, log: Log, isTimeFake: boolean): EndpointStore {
  if (database === undefined) return inMemory(memoryStore())
  const url = isTimeFake ? withFakeClock(database.url) : database.url
  return inDatabase(endpoint.name, openPool(url, log), log, isTimeFake)
}

/** @throws TypeError when the endpoint's handlers need SQL and there is no database */
export function refuseSqlInMemory({ endpoint: { name, handlers }, database }: Deployment): void {
  const withSql = handlers.filter(({ takes }) => takes !== 'message').map((handler) => handler.name)
  if (database !== undefined || withSql.length === 0) return
  throw new TypeError(
    `Endpoint "${name}" has transactional handlers (${withSql.join(', ')}), and the memory store has no SQL. ` +
      `Give it a database: startInMemory([…], { databases: { '${name}': { url, migrations } } }).`,
  )
}

function inMemory(memory: MemoryStore): EndpointStore {
  return {
    store: memory,
    memory,
    prepare: async () => {},
    scheduledDueAt: async () => Math.min(Infinity, ...memory.scheduled().map(({ dueAt }) => dueAt.getTime())),
    isBusy: () => false,
    setClock: async () => {},
    close: () => memory.close(),
  }
}

function inDatabase(endpoint: string, database: Pool, log: Log, isTimeFake: boolean): EndpointStore {
  const store = postgresStore({ pool: database, log })
  return {
    store,
    database,
    async prepare() {
      await claimDatabase(database, endpoint)
      if (isTimeFake) await createFakeClock(database, new Date())
    },
    scheduledDueAt: () => nextDueAt(store),
    isBusy: () => database.totalCount > database.idleCount || database.waitingCount > 0,
    setClock: (at) => setFakeClock(database, at),
    close: () => database.end(),
  }
}

/** Publishes nothing, and hears when something is due. What a store that is away has, may be due now. */
async function nextDueAt(store: Store): Promise<number> {
  try {
    const { nextAt } = await store.publishScheduled(async () => {}, 0)
    return nextAt?.getTime() ?? Infinity
  } catch (error) {
    if (error instanceof StoreUnavailable) return 0
    throw error
  }
}
