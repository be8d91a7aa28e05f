import { spawnGuarded } from '../../deploy/local/processes/guardedProcess.ts'
import { mainOf } from '../../deploy/local/processes/serviceProcess.ts'
import type { Mailbox, MailboxOptions } from '../../services/mailbox/src/mailbox.ts'
import { eventually } from '../../test/support/eventually.ts'
import { fetchOk } from '../../test/support/http.ts'

/** A mailbox that runs as a process of its own, so that its CPU can be told from the bench's. */
export interface MailboxProcess extends Mailbox {
  readonly pid: number
}

/** Resolves when it takes mails. */
export async function startMailboxProcess({ dataDir, smtpPort, httpPort, shopPort }: MailboxOptions): Promise<MailboxProcess> {
  const child = await spawnGuarded('mailbox', process.execPath, [mainOf('mailbox')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      MAILBOX_DATA: dataDir,
      SMTP_PORT: String(smtpPort),
      MAILBOX_PORT: String(httpPort),
      CLIENT_UI_PORT: String(shopPort ?? 0),
    },
  })
  await eventually(() => fetchOk(`http://127.0.0.1:${httpPort}/ready`))
  return { pid: child.pid, stop: () => child.stop() }
}
