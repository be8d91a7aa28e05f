import { BrokerUnavailable, run } from '@petrel/messaging'
import { once } from 'node:events'
import { Pool } from 'pg'
import pino from 'pino'
import { z } from 'zod'
import type { Bus } from './bus.ts'
import { clientUi } from './endpoint.ts'
import { shopApp } from './http/app.ts'
import { readPage } from './http/page.ts'
import { cachedCatalogue } from './readModel/catalogue.ts'
import { listenForChanges } from './readModel/listen.ts'
import { postgresReadModel } from './readModel/postgres.ts'
import { watchOrders } from './readModel/watch.ts'

const settings = z
  .object({
    CLIENT_UI_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
    DATABASE_URL: z.string().min(1),
    LOG_LEVEL: z.string().default('info'),
    MAILBOX_URL: z.url().default('http://localhost:8025'),
  })
  .parse(process.env)

const log = pino({ name: 'client-ui', level: settings.LOG_LEVEL })

// What browsers read has connections of its own, so that it never waits for what the bus writes.
const pool = new Pool({ connectionString: settings.DATABASE_URL, max: 4, connectionTimeoutMillis: 3_000 })
pool.on('error', (error) => log.warn({ err: error }, 'lost a connection to the database'))
const changes = listenForChanges(settings.DATABASE_URL, log)
const readModel = postgresReadModel(pool)
const catalogue = cachedCatalogue(readModel, changes, log)
const watch = watchOrders(readModel, changes, log)

// The page is up before the bus has joined, and says so.
let service: Awaited<ReturnType<typeof run>> | undefined
const bus: Bus = {
  joined: () => service?.joined() ?? false,
  async send(command, options) {
    if (service === undefined) throw new BrokerUnavailable('The bus has not joined yet.')
    await service.send(command, options)
  },
}
const app = shopApp({ bus, catalogue, readModel, watch, page: await readPage(), mailboxUrl: settings.MAILBOX_URL, log })
const server = app.listen(settings.CLIENT_UI_PORT)
await once(server, 'listening')

service = await run(clientUi, process.env)
service.onStop(async () => {
  server.close()
  server.closeAllConnections() // Streams never end by themselves; browsers connect to another replica.
  await Promise.all([watch.close(), catalogue.close(), changes.close()])
  await pool.end()
})
