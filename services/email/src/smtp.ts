import { parseConnectionUrl } from 'nodemailer/lib/shared'
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection'

export interface Envelope {
  readonly from: string
  readonly to: string
}

/** Resolves when the server has taken the mail; rejects with nodemailer's error. */
export type Deliver = (envelope: Envelope, mail: string) => Promise<void>

const patience = { connectionTimeout: 3_000, greetingTimeout: 3_000, socketTimeout: 10_000 }

/** Delivers mails to the server at `url`, at most so many at a time, each over a connection that stays open for the next. */
export function smtpClient(url: string, most: number): Deliver {
  const options = { ...parseConnectionUrl(url), ...patience }
  const idle = new Set<SMTPConnection>()
  const waiting: (() => void)[] = []
  let busy = 0

  const turn = async () => {
    busy += 1
    if (busy > most) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const over = () => {
    busy -= 1
    waiting.shift()?.()
  }
  const connection = async (): Promise<SMTPConnection> => {
    for (const open of idle) if (idle.delete(open)) return open
    const opened = await connect(options)
    opened.once('end', () => idle.delete(opened))
    return opened
  }
  return async (envelope, mail) => {
    await turn()
    try {
      const open = await connection()
      await send(open, envelope, mail)
      idle.add(open)
    } finally {
      over()
    }
  }
}

function connect(options: SMTPConnectionOptions & Pick<ReturnType<typeof parseConnectionUrl>, 'auth'>): Promise<SMTPConnection> {
  const connection = new SMTPConnection(options)
  const { auth } = options
  return new Promise((resolve, reject) => {
    // Once it is open, whoever sends hears of its errors; without a listener the event would end the process.
    connection.on('error', reject)
    const opened = (error?: Error | null) => (error ? reject(error) : resolve(connection))
    connection.connect((error) => (!error && auth && connection.allowsAuth ? connection.login(auth, opened) : opened(error)))
  })
}

/** After an error nobody knows in what state the connection is: it is closed. */
function send(connection: SMTPConnection, { from, to }: Envelope, mail: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.send({ from, to: [to] }, mail, (error) => {
      if (!error) return resolve()
      connection.close()
      reject(error)
    })
  })
}
