import { once } from 'node:events'
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server'
import type { Mails } from './mails.ts'
import type { MailMetrics } from './metrics.ts'

const largest = 1024 * 1024

/** Each may have one mail in memory. */
const connections = 100

/** For a mail under way when it stops. A client may keep a connection open for hours without sending anything. */
const LAST_MAILS_MS = 2_000

/** A mail server that takes every mail and keeps it to itself. @returns what stops it. */
export async function listenForMails(
  mails: Mails,
  { port, host, metrics }: { readonly port: number; readonly host: string; readonly metrics: MailMetrics },
): Promise<() => Promise<void>> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    // Nothing leaves this machine, not even a question about a name.
    disableReverseLookup: true,
    size: largest,
    maxClients: connections,
    closeTimeout: LAST_MAILS_MS,
    onData(stream, session, answer) {
      const to = session.envelope.rcptTo.map(({ address }) => address.toLowerCase())
      const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : ''
      // "Yes" to the sender only when the mail is kept.
      const keep = async () => {
        await mails.add({ from, to, at: new Date().toISOString(), raw: await wholeMail(stream) })
        metrics.taken()
      }
      keep().then(
        () => answer(),
        (error: unknown) => {
          metrics.refused(responseCodeOf(error))
          answer(error instanceof Error ? error : new Error(String(error)))
        },
      )
    },
  })
  // A client that goes in the middle of a mail is its own affair: it will send it again.
  server.on('error', () => {})
  server.listen(port, host)
  await once(server.server, 'listening')
  return () => new Promise((resolve) => server.close(() => resolve()))
}

/** What smtp-server answers: 450 unless the error says something else. */
const responseCodeOf = (error: unknown): number => (error as { readonly responseCode?: number }).responseCode ?? 450

/** @throws Error with the answer 552 (RFC 5321, 4.2.2) when the mail is too large: not every client says so before it sends */
async function wholeMail(stream: SMTPServerDataStream): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream as AsyncIterable<Buffer>) if (!stream.sizeExceeded) parts.push(part)
  if (!stream.sizeExceeded) return Buffer.concat(parts)
  throw Object.assign(new Error(`a mail has ${largest} bytes at most`), { responseCode: 552 })
}
