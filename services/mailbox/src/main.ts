import type { z } from 'zod'
import { startMailbox } from './mailbox.ts'
import { settingsSchema } from './settings.ts'

const { MAILBOX_PORT, SMTP_PORT, MAILBOX_DATA, MAILBOX_KEEPS, LISTEN_HOST, CLIENT_UI_PORT } = readSettings()
const mailbox = await startMailbox({
  dataDir: MAILBOX_DATA,
  keeps: MAILBOX_KEEPS,
  smtpPort: SMTP_PORT,
  httpPort: MAILBOX_PORT,
  shopPort: CLIENT_UI_PORT,
  host: LISTEN_HOST,
})
log(`the mailbox takes mails on port ${SMTP_PORT} of ${LISTEN_HOST}, and shows them on port ${MAILBOX_PORT}`)

for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void mailbox.stop())

function readSettings(): z.infer<typeof settingsSchema> {
  const parsed = settingsSchema.safeParse(process.env)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  process.stderr.write(`mailbox cannot start. The environment is incomplete. ${problems.join('; ')}.\n`)
  return process.exit(1)
}

function log(msg: string): void {
  console.log(JSON.stringify({ level: 'info', time: Date.now(), name: 'mailbox', msg }))
}
