import { setTimeout as sleep } from 'node:timers/promises'
import { expect, inject } from 'vitest'
import { allEnded, differentOrders, expectEndedOnce, placeAll } from '../support/orders.ts'
import { type PgBouncer, startPgBouncer } from '../support/pgBouncer.ts'
import { randomFrom } from '../support/random.ts'
import { endpoints, openShop, type Shop } from '../support/shop.ts'
import { joined } from '../support/stack.ts'

const replicas = 3
const allowed = 20
/** Nine databases: of seven endpoints, of the payment gateway, and of who fills the shelves. */
const perDatabase = 2

/** A shop with three replicas of each endpoint does so many orders, each once, with twenty connections to PostgreSQL. */
export async function expectDoneBehindPooler(count: number): Promise<void> {
  await using pooler = await startPgBouncer({ databaseUrl: inject('stack').databaseUrl, poolSize: perDatabase })
  await using shop = await openShop({ pooler })
  await addReplicas(shop)

  const watched = watch(pooler)
  const orderIds = await placeAll(shop, differentOrders(count, randomFrom(count)), () => {})
  await allEnded(shop, orderIds)
  const { clients, servers } = await watched.most()

  await expectEndedOnce(shop, orderIds)
  expect(await shop.failures()).toEqual([])
  // Without a pooler each client would be one of the server's.
  expect(clients).toBeGreaterThan(allowed)
  expect(servers).toBeLessThanOrEqual(allowed)
}

async function addReplicas({ system }: Shop): Promise<void> {
  const more = endpoints.flatMap((name) => Array.from({ length: replicas - 1 }, () => name))
  const started = await Promise.all(more.map((name) => system.startService(name, { LOYALTY_PORT: '0', CLIENT_UI_PORT: '0' })))
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
