import { CustomerNotified } from '@petrel/contracts'
import { type HandlerContext, table } from '@petrel/messaging'
import { mailsSent } from './counters.ts'
import type { Letter } from './letters.ts'
import type { Mailer } from './mailer.ts'

const mails = table('mails', {
  mail_id: 'text',
  order_id: 'text',
  about: 'text',
  recipient: 'text',
  sent_at: 'timestamptz',
})

/**
 * Sends a letter, and records that it was sent. When the process dies between the two, the letter goes out again with the
 * same Message-ID: SMTP has no way to ask whether a letter was taken.
 */
export async function notify(mailer: Mailer, letter: Letter, { insert, publish, count }: HandlerContext): Promise<void> {
  const { mailId, orderId, about, to } = letter
  await mailer.send(letter)
  insert(mails, { mail_id: mailId, order_id: orderId, about, recipient: to, sent_at: new Date() })
  publish(CustomerNotified({ orderId, about, mailId }))
  count(mailsSent)
}
