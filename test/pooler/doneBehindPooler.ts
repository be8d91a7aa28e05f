import { setTimeout as sleep } from 'node:timers/promises'
import { expect, inject } from 'vitest'
import { allEnded, differentOrders, expectEndedOnce, placeAll } from '../support/orders.ts'
import { type PgBouncer, startPgBouncer } from '../support/pgBouncer.ts'
import { randomFrom } from '../support/random.ts'
import { type EndpointName, endpoints, openShop, type Shop } from '../support/shop.ts'
import { joined } from '../support/stack.ts'

/** Of seven endpoints, of the payment gateway, and of who fills the shelves. */
const databases = 9

interface Load {
  readonly orders: number
  /** Of each endpoint. */
  readonly replicas: number
  /** To PostgreSQL, of all of them together, at most. */
  readonly connections: number
}

/** A shop behind a pooler does so many orders, each once. */
export async function expectDoneBehindPooler({ orders, replicas, connections }: Load): Promise<void> {
  const poolSize = Math.floor(connections / databases)
  await using pooler = await startPgBouncer({ databaseUrl: inject('stack').databaseUrl, poolSize })
  await using shop = await openShop({ pooler })
  for (const name of endpoints) await addReplicas(shop, name, replicas - 1)

  const watched = watch(pooler)
  const orderIds = await placeAll(shop, differentOrders(orders, randomFrom(orders)), () => {})
  await allEnded(shop, orderIds)
  const { clients, servers } = await watched.most()
  console.log(`${replicas} replicas of each: ${clients} connections to PgBouncer, ${servers} to PostgreSQL at most.`)

  await expectEndedOnce(shop, orderIds)
  expect(await shop.failures()).toEqual([])
  // Without a pooler each client would be one of the server's.
  expect(clients).toBeGreaterThan(connections)
  expect(servers).toBeLessThanOrEqual(connections)
}

async function addReplicas({ system }: Shop, name: EndpointName, count: number): Promise<void> {
  const env = { LOYALTY_PORT: '0', CLIENT_UI_PORT: '0' }
  const started = await Promise.all(Array.from({ length: count }, () => system.startService(name, env)))
  await Promise.all(started.map(joined))
}

/** Looks again and again. @returns what tells the most it has seen */
function watch(pooler: PgBouncer): { most(): Promise<{ readonly clients: number; readonly servers: number }> } {
  const most = { clients: 0, servers: 0 }
  const over = new AbortController()
  const look = async () => {
    while (!over.signal.aborted) {
      const { clients, servers } = await pooler.connections()
      most.clients = Math.max(most.clients, clients)
      most.servers = Math.max(most.servers, servers)
      await sleep(200, undefined, { signal: over.signal }).catch(() => undefined)
    }
    return most
  }
  const looking = look()
  return {
    most() {
      over.abort()
      return looking
    },
  }
}
