import { Client } from 'pg'
import type { Shop } from '../../test/support/shop.ts'
import { askDatabases } from '../targets/databases.ts'
import { orderBooks } from '../targets/orderBooks.ts'
import type { Target } from '../targets.ts'

/** A shop of a test's own. Nobody has a Prometheus there: the broker is asked itself. */
export function testShop(shop: Shop): Target {
  const ask = askDatabases((service) => shop.system.createDatabase(service))
  return {
    name: 'petrel',
    customers: { url: `http://127.0.0.1:${shop.system.ports.clientUi}`, hasKeys: true },
    async watch() {
      const lags = await shop.lags()
      const all = [...lags].map(([group, lag]) => ({ ofBilling: group.includes('billing'), lag: Number(lag) }))
      const sumOf = (some: typeof all) => some.reduce((sum, { lag }) => sum + lag, 0)
      const postponed = await postponedBy(await shop.system.createDatabase('billing'))
      return {
        waitingForBilling: sumOf(all.filter(({ ofBilling }) => ofBilling)) + postponed,
        waiting: sumOf(all) + postponed,
        oldestSeconds: undefined,
        replicas: 1,
        deadLetters: (await shop.failures()).length,
        memoryBytes: undefined,
        inboxRows: undefined,
      }
    },
    books: (customers) => orderBooks(ask, customers),
    limitGateway: (requestsPerSecond) => shop.gatewayBehaves({ requestsPerSecond }),
    faults: {
      killBilling: async () => {
        await shop.kill('billing')
        await shop.start('billing')
      },
    },
    [Symbol.asyncDispose]: () => shop[Symbol.asyncDispose](),
  }
}

async function postponedBy(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ count: string }>('select count(*) from petrel_scheduled')
    return Number(rows[0]?.count)
  } finally {
    await client.end()
  }
}
