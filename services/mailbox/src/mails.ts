import { createReadStream, existsSync } from 'node:fs'
import { appendFile, mkdir, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { simpleParser } from 'mailparser'

/** What the mail server hears of a mail. */
interface Delivery {
  /** The sender's address. */
  readonly from: string
  /** Addresses only, in lower case. */
  readonly to: readonly string[]
  /** When it was delivered. ISO 8601. */
  readonly at: string
}

/** A mail for its reader. */
export interface Mail extends Delivery {
  /** The mailbox's own number: a mail that is delivered twice is there twice. */
  readonly id: number
  /** Message-ID, with its angle brackets. */
  readonly messageId: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Which order it is about, as its header X-Order-Id says; undefined when it says nothing. */
  readonly orderId?: string | undefined
}

/** A mail as it travelled (RFC 5322): most are never looked at, so it is read when somebody does. */
export interface Delivered extends Delivery {
  /** A byte a character (latin1): not every mail is UTF-8. */
  readonly raw: string
}

/** A mail that was kept; earlier versions read each when it came. */
export type Kept = (Delivered & Pick<Mail, 'id'>) | Mail

/** Every mail that was ever delivered, oldest first; kept in a file, a line each. */
export interface Mails {
  /** Resolves when the mail is in the file. */
  add(mail: Delivered): Promise<void>
  all(): readonly Kept[]
  to(address: string): readonly Kept[]
}

export async function openMails(file: string): Promise<Mails> {
  await mkdir(dirname(file), { recursive: true })
  const { mails, length } = await readMails(file)
  // A line cut short by a crash was never confirmed to its sender, who will send it again.
  if (existsSync(file)) await truncate(file, length)
  const byAddress = new Map<string, Kept[]>()
  const index = (mail: Kept) => {
    for (const address of mail.to) {
      const own = byAddress.get(address) ?? []
      own.push(mail)
      byAddress.set(address, own)
    }
  }
  mails.forEach(index)
  const write = lineWriter(file)
  return {
    async add(delivered) {
      await write(JSON.stringify(delivered))
      const mail = { id: mails.length + 1, ...delivered }
      mails.push(mail)
      index(mail)
    },
    all: () => mails,
    to: (address) => byAddress.get(address.toLowerCase()) ?? [],
  }
}

/** Appends lines, one write after the other, since two at once may end up inside each other; what comes meanwhile goes with the next. */
function lineWriter(file: string): (line: string) => Promise<void> {
  let last = Promise.resolve()
  let next: { readonly lines: string[]; readonly written: Promise<void> } | undefined
  const begin = () => {
    const lines: string[] = []
    const written = last.then(() => {
      next = undefined
      return appendFile(file, lines.map((line) => `${line}\n`).join(''))
    })
    last = written.catch(() => {})
    return { lines, written }
  }
  return (line) => {
    next ??= begin()
    next.lines.push(line)
    return next.written
  }
}

/** What somebody who looks at the mail sees. */
export async function readMail(kept: Kept): Promise<Mail> {
  if (!('raw' in kept)) return kept
  const { raw, ...delivery } = kept
  const { messageId = '', subject = '', text = '', html, headers } = await simpleParser(Buffer.from(raw, 'latin1'))
  const orderId = headers.get('x-order-id')
  return { ...delivery, messageId, subject, text, html: html || '', ...(typeof orderId === 'string' && { orderId }) }
}

async function readMails(file: string): Promise<{ mails: Kept[]; length: number }> {
  const mails: Kept[] = []
  let length = 0
  if (!existsSync(file)) return { mails, length }
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (!line.endsWith('}')) break
    mails.push({ ...(JSON.parse(line) as Kept), id: mails.length + 1 })
    length += Buffer.byteLength(line) + 1
  }
  return { mails, length }
}
