import { parseConnectionUrl } from 'nodemailer/lib/shared'
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection'
import { tlsOptions } from '@petrel/messaging/connections'
import type { MailServer } from './smtpSettings.ts'
import { turns } from './turns.ts'

export interface Envelope {
  readonly from: string
  readonly to: string
}

/** Resolves when the server has taken the mail; rejects with nodemailer's error. */
export type Deliver = (envelope: Envelope, mail: string) => Promise<void>

/** How long each part of a delivery may take, in milliseconds. */
export interface Patience {
  /** Until a connection is free. */
  readonly turn: number
  /** Until the server has said hello, and let us in. */
  readonly connect: number
  /** Until it has taken the mail. */
  readonly send: number
}

/** Together less than a handler may take: whoever waits for a server that hangs is told so, and has not failed. */
export const patience: Patience = { turn: 10_000, connect: 5_000, send: 10_000 }

type ConnectionOptions = SMTPConnectionOptions & Pick<ReturnType<typeof parseConnectionUrl>, 'auth'>

/** Delivers mails to the server, at most so many at a time, each over a connection that stays open for the next. */
export function smtpClient(server: MailServer, most: number, { turn, connect, send }: Patience = patience): Deliver {
  const times = { connectionTimeout: connect, greetingTimeout: connect, socketTimeout: send }
  const access = accessTo(server)
  const idle = new Set<SMTPConnection>()
  const connections = turns(most, turn)

  const connection = async (): Promise<SMTPConnection> => {
    for (const open of idle) if (idle.delete(open)) return open
    const opened = await connected({ ...access(), ...times }, connect)
    opened.once('end', () => idle.delete(opened))
    return opened
  }
  return async (envelope, mail) => {
    await connections.take()
    try {
      const open = await connection()
      await sent(open, envelope, mail, send)
      idle.add(open)
    } catch (error) {
      if (isAway(error)) connections.sendAway(error)
      throw error
    } finally {
      connections.leave()
    }
  }
}

/** With what the files have by then. Credentials, and whoever names a CA, want TLS: it is then not begun without. */
function accessTo({ url, login, tls }: MailServer): () => ConnectionOptions {
  const options = tlsOptions(tls)
  const isSecret = login !== undefined || tls.ca !== undefined
  return () => ({
    ...parseConnectionUrl(url),
    requireTLS: isSecret && url.startsWith('smtp:'),
    tls: options(),
    ...(login !== undefined && { auth: { user: login.username.read(), pass: login.password.read() } }),
  })
}

/** Nobody answers there, or lets us in: whoever comes next would hear the same. */
const isAway = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && ['ETIMEDOUT', 'ESOCKET', 'EDNS', 'ETLS', 'EAUTH'].includes(String(error.code))

async function connected(options: ConnectionOptions, limitMs: number): Promise<SMTPConnection> {
  const connection = new SMTPConnection(options)
  const { auth } = options
  await within(limitMs, connection, (done) => {
    // Once it is open, whoever sends hears of its errors; without a listener the event would end the process.
    connection.on('error', done)
    connection.connect((error) => (!error && auth && connection.allowsAuth ? connection.login(auth, done) : done(error)))
  })
  return connection
}

const sent = (connection: SMTPConnection, { from, to }: Envelope, mail: string, limitMs: number): Promise<void> =>
  within(limitMs, connection, (done) => connection.send({ from, to: [to] }, mail, done))

/**
 * The server's own pace is limited as a whole: each of its answers may come in time, and all of them not. After an error
 * nobody knows in what state the connection is: it is closed.
 */
function within(limitMs: number, connection: SMTPConnection, act: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => {
      clearTimeout(timer)
      if (!error) return resolve()
      connection.close()
      reject(error)
    }
    const tooLate = Object.assign(new Error(`the mail server was not done within ${limitMs} ms`), { code: 'ETIMEDOUT' })
    const timer = setTimeout(() => done(tooLate), limitMs)
    act(done)
  })
}
