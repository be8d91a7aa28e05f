import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Log, openTracing, ownSettings, silentLog, tracingSettings } from '@petrel/messaging'
import { databaseSettings } from '@petrel/messaging/connections'
import { httpDurations, opsPort, processRegistry, startProgramOps } from '@petrel/messaging/metrics'
import { databasePool, migrate } from '@petrel/messaging/operations'
import { z } from 'zod'
import { gatewayApi } from './api.ts'
import { behavioursIn } from './behaviour.ts'
import { gatewayPage } from './page.ts'

const own = z.object({
  PAYMENT_GATEWAY_PORT: z.coerce.number().int().min(0).max(65_535).default(8070),
  OPS_PORT: opsPort,
  /** Where the shop listens on this machine: its page links there. */
  CLIENT_UI_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  ...tracingSettings.shape,
})
const settings = ownSettings('payment-gateway', own.and(databaseSettings), process.env)

const migrations = { namespace: 'payment-gateway', path: fileURLToPath(new URL('../migrations', import.meta.url)) }
const at = (level: string) => (_: object, message: string) => log(level, message)
const lines: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
await migrate(settings.database, [migrations])
const database = databasePool(settings.database, lines, { connectionTimeoutMillis: 3_000 })

const tracing = await openTracing('payment-gateway', settings, {
  ...silentLog,
  info: (_details, message) => log('info', message),
  warn: (_details, message) => log('warn', message),
})
const registry = processRegistry('payment-gateway')
const page = await gatewayPage(settings.CLIENT_UI_PORT)
const app = gatewayApi(database, await behavioursIn(database), { page, measure: httpDurations(registry), spans: tracing.spans })
const server = app.listen(settings.PAYMENT_GATEWAY_PORT)
await once(server, 'listening')
log('info', `the payment gateway listens on port ${settings.PAYMENT_GATEWAY_PORT}`)

const ops = await openOps(settings.OPS_PORT)

for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void stop())

async function stop(): Promise<void> {
  await promisify(server.close.bind(server))()
  await ops?.close()
  await database.end()
  await tracing.close()
}

async function openOps(port: number | undefined) {
  return port === undefined ? undefined : startProgramOps({ port, log: lines, registry })
}

function log(level: string, msg: string): void {
  console.log(JSON.stringify({ level, time: Date.now(), name: 'payment-gateway', msg }))
}
