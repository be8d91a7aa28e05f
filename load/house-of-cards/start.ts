// The house of cards alone, until Ctrl-C:
//   [IDEMPOTENCY_KEYS=off] [CLIENT_UI_PORT=9080] [PAYMENT_GATEWAY_PORT=9070] [MAILBOX_PORT=9025] [DATABASE_URL=…] node load/house-of-cards/start.ts
import { join } from 'node:path'
import { aborted } from 'node:util'
import { z } from 'zod'
import { LOGS } from '../../deploy/local/folders.ts'
import { Problem } from '../../deploy/local/problem.ts'
import { shutdownSignal } from '../../deploy/local/processes/shutdownSignal.ts'
import { assertPortsFree } from '../../deploy/local/stack/ports.ts'
import { urlAt } from './addresses.ts'
import { audit } from './audit/audit.ts'
import { readBooks } from './audit/readBooks.ts'
import { openHouse } from './house.ts'
import { startOwnPostgres } from './postgres.ts'

const port = (standard: number) => z.coerce.number().int().min(1).max(65_535).default(standard)
const schema = z.object({
  IDEMPOTENCY_KEYS: z.enum(['on', 'off']).default('on'),
  CLIENT_UI_PORT: port(9_080),
  PAYMENT_GATEWAY_PORT: port(9_070),
  MAILBOX_PORT: port(9_025),
  /** Of a superuser. Default: a PostgreSQL of its own. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
})

const shutdown = shutdownSignal()
try {
  await untilCtrlC()
} catch (error) {
  console.error(error instanceof Problem ? error.message : error)
  process.exitCode = 1
}
process.exit()

async function untilCtrlC(): Promise<void> {
  const { IDEMPOTENCY_KEYS, CLIENT_UI_PORT, PAYMENT_GATEWAY_PORT, MAILBOX_PORT, DATABASE_URL } = settings()
  const ports = { 'client-ui': CLIENT_UI_PORT, 'payment-gateway': PAYMENT_GATEWAY_PORT, mailbox: MAILBOX_PORT }
  const uses = [
    { port: CLIENT_UI_PORT, what: 'client-ui', variable: 'CLIENT_UI_PORT' },
    { port: PAYMENT_GATEWAY_PORT, what: 'payment-gateway', variable: 'PAYMENT_GATEWAY_PORT' },
    { port: MAILBOX_PORT, what: 'mailbox', variable: 'MAILBOX_PORT' },
  ]
  await assertPortsFree(uses)
  const logsDir = join(LOGS, 'house-of-cards')
  await using opened = new AsyncDisposableStack()
  const databaseUrl = DATABASE_URL ?? opened.use(await startOwnPostgres(logsDir)).databaseUrl
  const house = opened.use(await openHouse({ databaseUrl, ports, hasKeys: IDEMPOTENCY_KEYS === 'on', logsDir }))
  console.log(`The house of cards stands, with idempotency keys ${IDEMPOTENCY_KEYS}.`)
  console.log(
    `Shop ${urlAt(CLIENT_UI_PORT)}, payment gateway ${urlAt(PAYMENT_GATEWAY_PORT)}, mailbox ${urlAt(MAILBOX_PORT)}. Logs: ${logsDir}`,
  )
  console.log('Ctrl-C prints the audit, and takes everything away.')
  await aborted(shutdown, process)
  console.log(JSON.stringify(audit(await readBooks(house)), null, 2))
}

function settings(): z.infer<typeof schema> {
  const parsed = schema.safeParse(process.env)
  if (parsed.success) return parsed.data
  throw new Problem(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
}
