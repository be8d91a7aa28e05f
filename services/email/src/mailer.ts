import type { TlsSettings } from '@petrel/messaging/connections'
import { Postpone, traced, Unrecoverable } from '@petrel/messaging'
import addressparser from 'nodemailer/lib/addressparser'
import type { Letter } from './letters.ts'
import { toMime } from './mime.ts'
import { type Patience, smtpClient } from './smtp.ts'
import { type MailLogin, type MailServer, mailServerAt } from './smtpSettings.ts'

/** Hands letters to a mail server. */
export interface Mailer {
  /** @throws Postpone when the server is away or says "later", Unrecoverable when it will never take this letter */
  send(letter: Letter): Promise<void>
}

/** Mail servers take only a few connections from one client. */
export const connections = 4

/** A mail server at `smtp://host:port`, or what was read from an environment; `from` is the shop's address. */
export function mailerAt(at: string | MailServer, from: string, patience?: Patience): Mailer {
  const mailServer = typeof at === 'string' ? mailServerAt(at) : at
  const deliver = smtpClient(mailServer, connections, patience)
  const { hostname, port } = new URL(mailServer.url)
  const attributes = { 'network.protocol.name': 'smtp', 'server.address': hostname, 'server.port': Number(port) }
  const server = { kind: 'client', attributes } as const
  const [sender] = addressparser(from, { flatten: true })
  return {
    async send(letter) {
      const { mailId, to } = letter
      refuseTooLong(to, mailId)
      try {
        const mail = toMime(letter, from, new Date())
        await traced('SMTP', server, () => deliver({ from: sender?.address ?? from, to }, mail))
      } catch (error) {
        throw refusal(error, mailServer) ?? asOutcome(error, mailId, to)
      }
    },
  }
}

/** RFC 5321, 4.5.3.1.3: 256 with the angle brackets. A server hangs up at a longer one, and seems to be away. */
const longestAddress = 254

function refuseTooLong(to: string, mailId: string): void {
  if (to.length > longestAddress)
    throw new Unrecoverable(`${mailId}: no address has ${to.length} characters. Correct it, then replay the message.`)
}

/** What nodemailer puts on its errors. */
interface SmtpError extends Error {
  readonly code?: string
  /** The server's answer (RFC 5321, 4.2), if it gave one: 4yz asks for another try later, 5yz refuses for good. */
  readonly responseCode?: number
}

const connectionErrors: readonly (string | undefined)[] = [
  'ECONNECTION',
  'ESOCKET',
  'ETIMEDOUT',
  'EDNS',
  'ECONNREFUSED',
  'ECONNRESET',
]
/** It is there, and does not let us in: no letter is at fault, so all of them wait, and it is said what to check. */
function refusal(error: unknown, { login, tls }: MailServer): Postpone | undefined {
  const { code, message } = error as SmtpError
  const check = whatToCheck(code, message, login, tls)
  return check === undefined ? undefined : new Postpone(untilMended, `the mail server does not let us in: ${message}. ${check}`)
}

/** nodemailer puts a code of its own in the place of that of TLS. */
function whatToCheck(
  code: string | undefined,
  message: string,
  login: MailLogin | undefined,
  tls: TlsSettings,
): string | undefined {
  if (/certificate/.test(message))
    return `Is its CA in ${tls.ca?.variable ?? 'SMTP_SSL_CA_FILE'}, and its certificate for the host of SMTP_URL, or SMTP_SSL_SERVER_NAME?`
  if (code === 'ETLS') return 'Does it speak TLS (STARTTLS) there? Passwords are not sent without.'
  if (code !== 'EAUTH') return undefined
  return login === undefined
    ? 'Set SMTP_USERNAME and SMTP_PASSWORD.'
    : `Check ${login.username.variable} and ${login.password.variable}.`
}

/** Many refused logins lock an account. */
const untilMended = '1m'

const letterErrors: readonly (string | undefined)[] = ['EENVELOPE', 'EMESSAGE']

/** A server that is away is nobody's letter: it postpones, so that an outage leaves nothing in the dead letter topic. */
function asOutcome(error: unknown, mailId: string, to: string): unknown {
  if (!(error instanceof Error)) return error
  const { code, responseCode = 0, message }: SmtpError = error
  const saysLater = responseCode >= 400 && responseCode < 500
  if (saysLater || connectionErrors.includes(code))
    return new Postpone('2s', `the mail server did not take ${mailId}: ${message.replaceAll(to, '…')}`)
  if (letterErrors.includes(code))
    return new Unrecoverable(
      `The mail server refuses ${mailId} (${responseCode || code}). Correct the address in its message, then replay it.`,
    )
  return error
}
