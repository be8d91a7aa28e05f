import type { Keyed } from '../books/keepOnce.ts'
import type { Neighbour } from '../http/neighbour.ts'
import type { Reply, Request } from '../http/serve.ts'

export interface Charge {
  readonly orderId: string
  readonly customerId: string
  readonly amountCents: number
  readonly currency: string
}

interface Invoice extends Keyed {
  readonly order_id: string
  readonly customer_id: string
  readonly amount_cents: number
  readonly currency: string
  readonly charge_id: string
  readonly billed_at: Date
}

/** Charges the card, and writes the invoice. The order's id is the gateway's idempotency key: asked twice, it charges once. */
export const chargeCard =
  (gateway: Neighbour, keep: (invoice: Invoice) => Promise<Invoice>) =>
  async ({ key, body: { orderId, customerId, amountCents, currency }, deadline }: Request<Charge>): Promise<Reply> => {
    const answer = await gateway({ path: '/charges', body: { orderId, amountCents, currency }, key, deadline })
    if (answer.status >= 300) return answer as Reply
    const { chargeId } = answer.body as { chargeId: string }
    const amount = { order_id: orderId, customer_id: customerId, amount_cents: amountCents, currency }
    await keep({ request_key: key, ...amount, charge_id: chargeId, billed_at: new Date() })
    return { status: 201, body: { chargeId } }
  }

/** Gives back what an order was charged, if it was. */
export const giveBack =
  (gateway: Neighbour) =>
  async ({ key, body: { orderId }, deadline }: Request<Pick<Charge, 'orderId'>>): Promise<Reply> =>
    (await gateway({ path: '/refunds', body: { orderId }, key, deadline })) as Reply
