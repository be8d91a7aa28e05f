import type { Log } from '@petrel/messaging'
import { processRegistry, startProgramOps } from '@petrel/messaging/metrics'
import type { z } from 'zod'
import { startMailbox } from './mailbox.ts'
import { settingsSchema } from './settings.ts'

const at = (level: string) => (_: object, message: string) => log(level, message)
const lines: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }

const { MAILBOX_PORT, SMTP_PORT, MAILBOX_DATA, MAILBOX_KEEPS, LISTEN_HOST, CLIENT_UI_PORT, OPS_PORT } = readSettings()
const registry = processRegistry('mailbox')
const mailbox = await startMailbox({
  dataDir: MAILBOX_DATA,
  keeps: MAILBOX_KEEPS,
  smtpPort: SMTP_PORT,
  httpPort: MAILBOX_PORT,
  shopPort: CLIENT_UI_PORT,
  host: LISTEN_HOST,
  registry,
})
log('info', `the mailbox takes mails on port ${SMTP_PORT} of ${LISTEN_HOST}, and shows them on port ${MAILBOX_PORT}`)
const ops = await openOps(OPS_PORT)

for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void Promise.all([mailbox.stop(), ops?.close()]))

function readSettings(): z.infer<typeof settingsSchema> {
  const parsed = settingsSchema.safeParse(process.env)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  process.stderr.write(`mailbox cannot start. The environment is incomplete. ${problems.join('; ')}.\n`)
  return process.exit(1)
}

async function openOps(port: number | undefined) {
  return port === undefined ? undefined : startProgramOps({ port, log: lines, registry })
}

function log(level: string, msg: string): void {
  console.log(JSON.stringify({ level, time: Date.now(), name: 'mailbox', msg }))
}
