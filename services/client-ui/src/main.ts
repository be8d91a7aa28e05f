import { createServer } from 'node:http'
import { BrokerUnavailable, openTracing, ownSettings, processLog, run, type Service } from '@petrel/messaging'
import { httpDurations, processRegistry } from '@petrel/messaging/metrics'
import { databasePool } from '@petrel/messaging/operations'
import type { Bus } from './bus.ts'
import { clientUi } from './endpoint.ts'
import { shopApp } from './http/app.ts'
import { openDoors } from './http/doors.ts'
import { drain } from './http/drain.ts'
import { readPage } from './http/page.ts'
import { postgresAcceptances } from './readModel/acceptances.ts'
import { cachedCatalogue } from './readModel/catalogue.ts'
import { postgresReadModel } from './readModel/postgres.ts'
import { watchOrders } from './readModel/watch.ts'
import { settingsSchema } from './settings.ts'

const settings = ownSettings(clientUi.name, settingsSchema, process.env)
const registry = processRegistry(clientUi.name)
const log = processLog(clientUi.name, settings.LOG_LEVEL)
const tracing = await openTracing(clientUi.name, settings, log)

// What browsers read has connections of its own, so that it never waits for what the bus writes, and gives up sooner.
const pool = databasePool(settings.database, log, {
  max: 4,
  keepAlive: true,
  connectionTimeoutMillis: 3_000,
  query_timeout: 5_000,
})
const readModel = postgresReadModel(pool)
const acceptances = postgresAcceptances(pool, log)
const catalogue = cachedCatalogue(readModel, log)
const watch = watchOrders(readModel, log)

// The page is there before the bus has joined, and says what it cannot do yet.
let service: Service | undefined
const bus: Bus = {
  isReady: () => service?.isReady() ?? false,
  count: (counter) => service?.count(counter),
  async send(command, options) {
    if (service === undefined) throw new BrokerUnavailable('The bus has not joined yet.')
    await service.send(command, options)
  },
}
const app = shopApp({
  bus,
  acceptances,
  catalogue,
  readModel,
  watch,
  page: await readPage(),
  mailboxUrl: settings.MAILBOX_URL,
  paymentGatewayUrl: settings.PAYMENT_GATEWAY_URL,
  paymentGatewayTls: settings.paymentGatewayTls,
  paymentGatewayPageUrl: settings.PAYMENT_GATEWAY_PAGE_URL ?? settings.PAYMENT_GATEWAY_URL,
  consoleUrl: settings.CONSOLE_URL,
  localControlUrl: settings.LOCAL_CONTROL_URL,
  log,
  measure: httpDurations(registry),
  spans: tracing.spans,
})
const answer = app.callback()
const server = createServer((request, response) => void answer(request, response))
const open = await openDoors(server, { port: settings.CLIENT_UI_PORT })

service = await run(clientUi, process.env, { log, registry, tracing })
service.onStop(async () => {
  await drain(open, settings.CLIENT_UI_DRAIN_MS)
  await Promise.all([watch.close(), catalogue.close(), acceptances.close()])
  await pool.end()
})
