import { randomUUID } from 'node:crypto'
import { coalescing } from '@petrel/messaging'
import { DatabaseError, type Pool } from 'pg'
import { tracedQuery } from './tracedQuery.ts'

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

export interface ChargeRequest {
  readonly key: string
  readonly amount: Amount
  /** Null when the card is good for it. */
  readonly declinedBecause: string | null
}

interface Payment extends Amount {
  readonly key: string
  readonly chargeId: string
  readonly declinedBecause: string | null
}

/**
 * Takes the money, or declines it, once for a key; asked again, by whomever and even at the same time, the answer is the
 * first one: the primary key makes the second insert wait for the first and then find it. Requests that come while others are
 * written go into one statement, and to the disk together.
 */
export function charging(database: Pool): (request: ChargeRequest) => Promise<ChargeAnswer> {
  const charge = coalescing((requests: readonly ChargeRequest[]) => chargeAll(database, requests), {
    isOneCallsFault: (error) => error instanceof DatabaseError && error.severity === 'ERROR',
  })
  return (request) => tracedQuery('insert', 'payments', () => charge(request))
}

async function chargeAll(database: Pool, requests: readonly ChargeRequest[]): Promise<ChargeAnswer[]> {
  const charges = requests.map((request) => ({ ...request, chargeId: `ch_${randomUUID()}` }))
  const keys = charges.map(({ key }) => key)
  const values = [
    keys,
    charges.map(({ chargeId }) => chargeId),
    charges.map(({ amount }) => amount.orderId),
    charges.map(({ amount }) => amount.amountCents),
    charges.map(({ amount }) => amount.currency),
    charges.map(({ declinedBecause }) => declinedBecause),
  ]
  await database.query({ ...insertPayments, values })
  const found = await database.query<Payment>({ ...selectPayments, values: [keys] })
  const payments = new Map(found.rows.map((payment) => [payment.key, payment]))
  return charges.map(({ key, amount, chargeId }) => answerOf(payments.get(key), amount, chargeId))
}

/** In the order of the keys: two statements with the same keys wait for each other in one direction. */
const insertPayments = {
  name: 'insert payments',
  text: `
  insert into payments (idempotency_key, charge_id, order_id, amount_cents, currency, declined_because)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[]) as asked (key) order by key
  on conflict (idempotency_key) do nothing`,
}

const selectPayments = {
  name: 'select payments',
  text: `
  select idempotency_key as key, charge_id as "chargeId", order_id as "orderId", amount_cents::float8 as "amountCents", currency,
    declined_because as "declinedBecause"
  from payments where idempotency_key = any($1)`,
}

function answerOf(payment: Payment | undefined, amount: Amount, ownChargeId: string): ChargeAnswer {
  if (payment === undefined) throw new Error(`The answer for order ${amount.orderId} was deleted while it was given.`)
  const { chargeId, declinedBecause } = payment
  if (!isSame(payment, amount)) return { outcome: 'other request' }
  if (declinedBecause !== null) return { outcome: 'declined', reason: declinedBecause }
  return { outcome: 'charged', chargeId, isNew: chargeId === ownChargeId, ...amount }
}

/** Gives back all that was charged for an order, once. */
export async function refund(database: Pool, key: string, orderId: string): Promise<RefundAnswer> {
  const inserted = await tracedQuery('insert', 'refunds', () =>
    database.query(
      `insert into refunds (idempotency_key, refund_id, order_id, amount_cents, currency)
     select $1, $2, order_id, amount_cents, currency from payments
     where order_id = $3 and declined_because is null order by at limit 1
     on conflict do nothing`,
      [key, `re_${randomUUID()}`, orderId],
    ),
  )
  const found = await tracedQuery('select', 'refunds', () =>
    database.query<Amount & { key: string; refundId: string }>(
      `select idempotency_key as key, refund_id as "refundId", order_id as "orderId", amount_cents::float8 as "amountCents", currency
     from refunds where order_id = $1`,
      [orderId],
    ),
  )
  const [given] = found.rows
  if (given === undefined) return { outcome: 'never charged' }
  if (given.key !== key) return { outcome: 'refunded before' }
  const { refundId, amountCents, currency } = given
  return { outcome: 'refunded', refundId, orderId, amountCents, currency, isNew: inserted.rowCount === 1 }
}

const isSame = (one: Amount, other: Amount): boolean =>
  one.orderId === other.orderId && one.amountCents === other.amountCents && one.currency === other.currency
