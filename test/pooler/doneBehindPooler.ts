import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { expect, inject } from 'vitest'
import { allEnded, differentOrders, expectEndedOnce, lettersSent, placeAll } from '../support/orders.ts'
import { type PgBouncer, startPgBouncer } from '../support/pgBouncer.ts'
import { randomFrom } from '../support/random.ts'
import { type EndpointName, endpoints, openShop, type Shop } from '../support/shop.ts'

/** Of seven endpoints, of the payment gateway, and of who fills the shelves. */
const databases = 9

/** Nine processes start at once, beside sixty that are there, on two cores. */
const joinedWithinMs = 300_000

interface Load {
  readonly orders: number
  /** Of each endpoint. */
  readonly replicas: number
  /** To PostgreSQL, of all of them together, at most. */
  readonly connections: number
}

/** A shop behind a pooler does so many orders, each once. */
export async function expectDoneBehindPooler({ orders, replicas, connections }: Load): Promise<void> {
  const began = Date.now()
  const { databaseUrl } = inject('stack')
  const poolSize = Math.floor(connections / databases)
  await using pooler = await startPgBouncer({ databaseUrl, poolSize })
  await using shop = await openShop({ pooler })
  for (const name of endpoints) await addReplicas(shop, name, replicas - 1)

  await using watched = await watch(pooler, shop, databaseUrl)
  const placing = Date.now()
  const orderIds = await placeAll(shop, differentOrders(orders, randomFrom(orders)), () => {})
  await allEnded(shop, orderIds, 600_000)
  const { clients, servers } = await watched.most()
  console.log(
    `${replicas} replicas of each: ${clients} connections to PgBouncer, ${servers} to PostgreSQL at most; ` +
      `${seconds(placing - began)} to start, ${seconds(Date.now() - placing)} for ${orders} orders.`,
  )

  await expectEndedOnce(shop, orderIds)
  // Nobody lost power: no letter is there twice.
  expect(await lettersSent(shop)).toHaveLength(orders)
  expect(await shop.failures()).toEqual([])
  // They shared: without a pooler each client's would be one of the server's.
  expect(clients).toBeGreaterThan(connections)
  // Nobody went past the pooler.
  expect(servers).toBeLessThanOrEqual(connections)
}

const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`

async function addReplicas({ system }: Shop, name: EndpointName, count: number): Promise<void> {
  const env = { LOYALTY_PORT: '0', CLIENT_UI_PORT: '0' }
  const started = await Promise.all(Array.from({ length: count }, () => system.startService(name, env)))
  await Promise.all(started.map((service) => service.logged(({ event }) => event === 'joined', joinedWithinMs)))
}

interface Watched extends AsyncDisposable {
  /** Ends it. @returns the most it has seen: what services have open to the pooler, and what PostgreSQL has for this shop */
  most(): Promise<{ readonly clients: number; readonly servers: number }>
}

const sessionsOf = `select count(*)::int as sessions from pg_stat_activity
  where backend_type = 'client backend' and starts_with(datname, $1)`

/** Looks again and again. What PostgreSQL has is asked of PostgreSQL: PgBouncer knows nothing of who goes past it. */
async function watch(pooler: PgBouncer, { system }: Shop, databaseUrl: string): Promise<Watched> {
  const most = { clients: 0, servers: 0 }
  const over = new AbortController()
  const postgres = new Client(databaseUrl)
  await postgres.connect()
  const look = async () => {
    while (!over.signal.aborted) {
      const { clients } = await pooler.connections()
      const { rows } = await postgres.query<{ sessions: number }>(sessionsOf, [system.prefix.replace('.', '_')])
      most.clients = Math.max(most.clients, clients)
      most.servers = Math.max(most.servers, rows[0]?.sessions ?? 0)
      await sleep(200, undefined, { signal: over.signal }).catch(() => undefined)
    }
    return most
  }
  const looking = look()
  const end = () => {
    over.abort()
    return looking
  }
  return {
    most: end,
    async [Symbol.asyncDispose]() {
      await end().catch(() => undefined)
      await postgres.end()
    },
  }
}
