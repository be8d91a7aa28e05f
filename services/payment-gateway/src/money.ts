import type { Context, Middleware } from 'koa'
import type { Pool } from 'pg'
import { z } from 'zod'
import type { Behaviours } from './behaviour.ts'
import { isDeclined } from './chance.ts'
import { type ChargeAnswer, charging, refund, type RefundAnswer } from './ledger.ts'

const ChargeRequest = z.object({
  orderId: z.string().min(1),
  amountCents: z.number().int().min(0),
  currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters, as in ISO 4217'),
})
const RefundRequest = z.object({ orderId: z.string().min(1) })

/** `POST /charges` */
export function postCharge(database: Pool, behaviours: Behaviours): Middleware {
  const charge = charging(database)
  return async (context) => {
    const asked = read(context, ChargeRequest)
    if (asked === undefined) return
    const { key, body: amount } = asked
    const declinedBecause = isDeclined(amount.orderId, behaviours.now().declineRate) ? 'insufficient funds' : null
    answerCharge(context, await charge({ key, amount, declinedBecause }))
  }
}

/** `POST /refunds` */
export const postRefund =
  (database: Pool): Middleware =>
  async (context) => {
    const asked = read(context, RefundRequest)
    if (asked !== undefined) answerRefund(context, await refund(database, asked.key, asked.body.orderId))
  }

function answerCharge(context: Context, answer: ChargeAnswer): void {
  switch (answer.outcome) {
    case 'charged': {
      const { chargeId, orderId, amountCents, currency, isNew } = answer
      return say(context, isNew ? 201 : 200, { chargeId, orderId, amountCents, currency })
    }
    case 'declined':
      return say(context, 402, { reason: answer.reason })
    case 'other request':
      return say(context, 422, { reason: 'This Idempotency-Key was used before for another order or amount.' })
  }
}

function answerRefund(context: Context, answer: RefundAnswer): void {
  switch (answer.outcome) {
    case 'refunded': {
      const { refundId, orderId, amountCents, currency, isNew } = answer
      return say(context, isNew ? 201 : 200, { refundId, orderId, amountCents, currency })
    }
    case 'never charged':
      return say(context, 404, { reason: 'Nothing was charged for this order.' })
    case 'refunded before':
      return say(context, 409, { reason: 'This order was refunded before, under another Idempotency-Key.' })
  }
}

/** The key and the body of a request for money; undefined when it was answered 400. */
function read<T>(context: Context, schema: z.ZodType<T>): { key: string; body: T } | undefined {
  const key = context.get('Idempotency-Key')
  const body = schema.safeParse(context.request.body)
  if (key === '') say(context, 400, { reason: 'Send an Idempotency-Key header: without one a retry could move the money twice.' })
  else if (!body.success) say(context, 400, { reason: z.prettifyError(body.error) })
  else return { key, body: body.data }
  return undefined
}

function say(context: Context, status: number, body: object): void {
  context.status = status
  context.body = body
}
