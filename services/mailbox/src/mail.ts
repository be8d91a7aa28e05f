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

/** A mail as it travelled (RFC 5322). */
export interface Delivered extends Delivery {
  readonly raw: Buffer
}

/** What a list of mails shows of each. */
export interface MailHead extends Delivery {
  /** The mailbox's own number: a mail that is delivered twice is there twice. */
  readonly id: number
  /** Message-ID, with its angle brackets. */
  readonly messageId: string
  readonly subject: string
  /** Which order it is about, as its header X-Order-Id says; undefined when it says nothing. */
  readonly orderId?: string | undefined
}

/** A mail for its reader. */
export interface Mail extends MailHead {
  readonly text: string
  readonly html: string
}

/** A mail in a file. Most are never looked at, so it is read when somebody does. */
interface Kept extends Delivery {
  /** Null when it is about none; undefined in what earlier versions kept. */
  readonly order?: string | null
  /** A byte a character (latin1): not every mail is UTF-8. */
  readonly raw: string
}

const beginOfRaw = ',"raw":'

/** A mail as a line of JSON. Its head comes first: what a mail is about is known without reading it. */
export function toLine({ from, to, at, raw }: Delivered): string {
  const text = raw.toString('latin1')
  return JSON.stringify({ from, to, at, order: orderIn(text), raw: text } satisfies Kept)
}

/** By which words a line is found: its readers' addresses and its order. */
export function keysOf(line: Buffer): string[] {
  const end = line.indexOf(beginOfRaw)
  const head = JSON.parse(end < 0 ? line.toString() : `${line.toString('utf8', 0, end)}}`) as Kept & Mail
  const order =
    end < 0 ? head.orderId : head.order === undefined ? orderIn((JSON.parse(line.toString()) as Kept).raw) : head.order
  return [...new Set(head.to.map(addressKey)), ...(order ? [orderKey(order)] : [])]
}

export const addressKey = (address: string): string => `to ${address.toLowerCase()}`
export const orderKey = (orderId: string): string => `about ${orderId}`

/** What the mail's header says; a header may go on in the next line (RFC 5322, 2.2.3). */
const orderIn = (raw: string): string | null =>
  /^X-Order-Id:(.*)$/im.exec(headerOf(raw).replace(/\r?\n(?=[ \t])/g, ''))?.[1]?.trim() || null

function headerOf(raw: string): string {
  const end = raw.search(/\r?\n\r?\n/)
  return end < 0 ? raw : raw.slice(0, end)
}

/** What somebody who looks at the mail sees. */
export const readMail = (line: string, id: number): Promise<Mail> => parsed(line, id, (raw) => raw)

export async function readHead(line: string, id: number): Promise<MailHead> {
  const { text: _, html: __, ...head } = await parsed(line, id, (raw) => `${headerOf(raw)}\r\n\r\n`)
  return head
}

async function parsed(line: string, id: number, part: (raw: string) => string): Promise<Mail> {
  const kept = JSON.parse(line) as Kept | Mail
  // Earlier versions read each mail when it came.
  if (!('raw' in kept)) return { ...kept, id }
  const { from, to, at, raw } = kept
  const { messageId = '', subject = '', text = '', html, headers } = await simpleParser(Buffer.from(part(raw), 'latin1'))
  const orderId = headers.get('x-order-id')
  const said = { messageId, subject, text, html: html || '' }
  return { id, from, to, at, ...said, ...(typeof orderId === 'string' && { orderId }) }
}
