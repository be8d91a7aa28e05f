import type { Pool } from 'pg'
import { confirmation } from '../../../services/email/src/letters.ts'
import type { Mailer } from '../../../services/email/src/mailer.ts'
import type { Keyed } from '../books/keepOnce.ts'
import type { Reply, Request } from '../http/serve.ts'

export interface Confirmation {
  readonly orderId: string
  readonly customerId: string
  readonly email: string
  readonly amountCents: number
  readonly currency: string
  readonly chargeId: string
}

interface Mail extends Keyed {
  readonly order_id: string
  readonly recipient: string
  readonly sent_at: Date
}

/** Mails the confirmation, and records that it was sent: the real shop's letter, in the real shop's order of the two steps. */
export const confirmOrder =
  (database: Pool, mailer: Mailer, keep: (mail: Mail) => Promise<Mail>) =>
  async ({ key, body: order }: Request<Confirmation>): Promise<Reply> => {
    const { orderId, email } = order
    if (await isSent(database, key)) return { status: 200, body: {} }
    await mailer.send(confirmation({ ...order, billedAt: new Date() }))
    await keep({ request_key: key, order_id: orderId, recipient: email, sent_at: new Date() })
    return { status: 201, body: {} }
  }

async function isSent(database: Pool, key: string): Promise<boolean> {
  const found = await database.query({ name: 'is sent', text: 'select from mails where request_key = $1', values: [key] })
  return found.rowCount === 1
}
