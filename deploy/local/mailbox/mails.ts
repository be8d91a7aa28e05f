import { createReadStream, existsSync } from 'node:fs'
import { appendFile, mkdir, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'

/** A mail as it was delivered. */
export interface Mail {
  /** The mailbox's own number: a mail that is delivered twice is there twice. */
  readonly id: number
  /** Message-ID, with its angle brackets. */
  readonly messageId: string
  readonly from: string
  /** Addresses only, in lower case. */
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  /** When it was delivered. ISO 8601. */
  readonly at: string
  /** Which order it is about, as its header X-Order-Id says; undefined when it says nothing. */
  readonly orderId?: string | undefined
}

/** Every mail that was ever delivered, oldest first; kept in a file, a line each. */
export interface Mails {
  /** Resolves when the mail is in the file. */
  add(mail: Omit<Mail, 'id'>): Promise<void>
  all(): readonly Mail[]
  to(address: string): readonly Mail[]
}

export async function openMails(file: string): Promise<Mails> {
  await mkdir(dirname(file), { recursive: true })
  const { mails, length } = await readMails(file)
  // A line cut short by a crash was never confirmed to its sender, who will send it again.
  if (existsSync(file)) await truncate(file, length)
  const byAddress = new Map<string, Mail[]>()
  const index = (mail: Mail) => {
    for (const address of mail.to) {
      const own = byAddress.get(address) ?? []
      own.push(mail)
      byAddress.set(address, own)
    }
  }
  mails.forEach(index)
  const append = async (delivered: Omit<Mail, 'id'>) => {
    const mail = { id: mails.length + 1, ...delivered }
    await appendFile(file, `${JSON.stringify(mail)}\n`)
    mails.push(mail)
    index(mail)
  }
  // One after the other: two lines written at once may end up inside each other.
  let last = Promise.resolve()
  return {
    add(delivered) {
      const written = last.then(() => append(delivered))
      last = written.catch(() => {})
      return written
    },
    all: () => mails,
    to: (address) => byAddress.get(address.toLowerCase()) ?? [],
  }
}

async function readMails(file: string): Promise<{ mails: Mail[]; length: number }> {
  const mails: Mail[] = []
  let length = 0
  if (!existsSync(file)) return { mails, length }
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (!line.endsWith('}')) break
    mails.push(JSON.parse(line) as Mail)
    length += Buffer.byteLength(line) + 1
  }
  return { mails, length }
}
