import { join } from 'node:path'
import type { Mailbox, MailboxOptions } from '../../deploy/local/mailbox/mailbox.ts'
import { spawnGuarded } from '../../deploy/local/processes/guardedProcess.ts'
import { eventually } from '../../test/support/eventually.ts'
import { fetchOk } from '../../test/support/http.ts'

/** A mailbox that runs as a process of its own. */
export interface MailboxProcess extends Mailbox {
  readonly pid: number
}

/** Resolves when it takes mails. */
export async function startMailboxProcess({ dataDir, smtpPort, httpPort, shopPort }: MailboxOptions): Promise<MailboxProcess> {
  const args = [join(import.meta.dirname, 'mailboxMain.ts'), dataDir, smtpPort, httpPort, shopPort ?? 0].map(String)
  const child = await spawnGuarded('mailbox', process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  await eventually(() => fetchOk(`http://127.0.0.1:${httpPort}/api/count`))
  return { pid: child.pid, stop: () => child.stop() }
}
