import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'

/** What somebody wants charged or given back. */
export interface Amount {
  readonly orderId: string
  /** Minor units. */
  readonly amountCents: number
  readonly currency: string
}

export type ChargeAnswer =
  | ({ readonly outcome: 'charged'; readonly chargeId: string; readonly isNew: boolean } & Amount)
  | { readonly outcome: 'declined'; readonly reason: string }
  /** The key was used before for another amount or order. */
  | { readonly outcome: 'other request' }

export type RefundAnswer =
  | ({ readonly outcome: 'refunded'; readonly refundId: string; readonly isNew: boolean } & Amount)
  | { readonly outcome: 'never charged' }
  | { readonly outcome: 'refunded before' }

interface Payment extends Amount {
  readonly chargeId: string
  readonly declinedBecause: string | null
}

/**
 * Takes the money, or declines it, once for a key; asked again, by whomever and even at the same time, the answer is the
 * first one: the primary key makes the second insert wait for the first and then find it.
 */
export async function charge(database: Pool, key: string, amount: Amount, declinedBecause: string | null): Promise<ChargeAnswer> {
  const inserted = await database.query(
    `insert into payments (idempotency_key, charge_id, order_id, amount_cents, currency, declined_because)
     values ($1, $2, $3, $4, $5, $6) on conflict (idempotency_key) do nothing`,
    [key, `ch_${randomUUID()}`, amount.orderId, amount.amountCents, amount.currency, declinedBecause],
  )
  const found = await database.query<Payment>(
    `select charge_id as "chargeId", order_id as "orderId", amount_cents::float8 as "amountCents", currency,
       declined_because as "declinedBecause"
     from payments where idempotency_key = $1`,
    [key],
  )
  const [payment] = found.rows
  if (payment === undefined) throw new Error(`The answer for idempotency key ${key} was deleted while it was given.`)
  if (!isSame(payment, amount)) return { outcome: 'other request' }
  if (payment.declinedBecause !== null) return { outcome: 'declined', reason: payment.declinedBecause }
  return { outcome: 'charged', chargeId: payment.chargeId, isNew: inserted.rowCount === 1, ...amount }
}

/** Gives back all that was charged for an order, once. */
export async function refund(database: Pool, key: string, orderId: string): Promise<RefundAnswer> {
  const inserted = await database.query(
    `insert into refunds (idempotency_key, refund_id, order_id, amount_cents, currency)
     select $1, $2, order_id, amount_cents, currency from payments
     where order_id = $3 and declined_because is null order by at limit 1
     on conflict do nothing`,
    [key, `re_${randomUUID()}`, orderId],
  )
  const found = await database.query<Amount & { key: string; refundId: string }>(
    `select idempotency_key as key, refund_id as "refundId", order_id as "orderId", amount_cents::float8 as "amountCents", currency
     from refunds where order_id = $1`,
    [orderId],
  )
  const [given] = found.rows
  if (given === undefined) return { outcome: 'never charged' }
  if (given.key !== key) return { outcome: 'refunded before' }
  const { refundId, amountCents, currency } = given
  return { outcome: 'refunded', refundId, orderId, amountCents, currency, isNew: inserted.rowCount === 1 }
}

const isSame = (one: Amount, other: Amount): boolean =>
  one.orderId === other.orderId && one.amountCents === other.amountCents && one.currency === other.currency
