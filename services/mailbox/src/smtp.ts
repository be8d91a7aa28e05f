import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import type { Mails } from './mails.ts'

const LARGEST = 10 * 1024 * 1024

/** For a mail under way when it stops. A client may keep a connection open for hours without sending anything. */
const LAST_MAILS_MS = 2_000

/** A mail server that takes every mail and keeps it to itself. @returns what stops it. */
export async function listenForMails(mails: Mails, port: number, host: string): Promise<() => Promise<void>> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    // Nothing leaves this machine, not even a question about a name.
    disableReverseLookup: true,
    size: LARGEST,
    closeTimeout: LAST_MAILS_MS,
    onData(stream, session, answer) {
      const to = session.envelope.rcptTo.map(({ address }) => address.toLowerCase())
      const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : ''
      // "Yes" to the sender only when the mail is kept.
      buffer(stream)
        .then((raw) => mails.add({ from, to, at: new Date().toISOString(), raw: raw.toString('latin1') }))
        .then(
          () => answer(),
          (error: unknown) => answer(error instanceof Error ? error : new Error(String(error))),
        )
    },
  })
  // A client that goes in the middle of a mail is its own affair: it will send it again.
  server.on('error', () => {})
  server.listen(port, host)
  await once(server.server, 'listening')
  return () => new Promise((resolve) => server.close(() => resolve()))
}
