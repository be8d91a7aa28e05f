import type { Log } from '@petrel/messaging'
import type pg from 'pg'
import type { Acceptance } from '../order/acceptance.ts'
import { writeBehind } from './writeBehind.ts'

/** Which request came first under an order's id. */
export interface FirstRequest {
  readonly requestHash: string
  readonly acceptedAt: Date
  /** Whether the broker has confirmed it. */
  readonly isAccepted: boolean
}

/** Which orders were accepted. It never keeps one from being accepted: with the database away it knows what this process did. */
export interface Acceptances {
  /** Notes that this request is about to be accepted. @returns the one that came before it under the same id, if any is known */
  claim(acceptance: Acceptance): Promise<FirstRequest | undefined>
  /** Whether this process remembers an order: it may be in the database only in a moment. */
  remembers(orderId: string): boolean
  /** The broker has it: known to this process now, and in the database as soon as that takes it. */
  record(acceptance: Acceptance): void
  /** Resolves when the last write is over; what could not be written by then is lost with the process. */
  close(): Promise<void>
}

/** A customer waits for this look-up; without an answer the order goes on, and sales still knows its own orders. */
const longestLookMs = 300
/** Requests whose ids this process remembers without the database. */
const mostInMemory = 10_000

/** Acceptances in the service's own database, written behind the answer. */
export function postgresAcceptances(pool: pg.Pool, log: Log): Acceptances {
  const claimed = new Map<string, FirstRequest>()
  /** Most orders have an id of their own, which nobody can claim again: of these nothing but the id is kept. */
  const recorded = new Map<string, true>()
  const writer = writeBehind((acceptances: readonly Acceptance[]) => insert(pool, acceptances), mostInMemory, log)
  const claim = ({ orderId, requestHash, acceptedAt }: Acceptance, isAccepted: boolean) =>
    remember(claimed, orderId, { requestHash, acceptedAt, isAccepted })
  return {
    async claim(acceptance) {
      const { orderId } = acceptance
      const found = claimed.get(orderId) ?? (await lookUp(pool, orderId, log))
      // Another request may have come while this one looked.
      const first = claimed.get(orderId) ?? found
      if (first === undefined) claim(acceptance, false)
      return first
    },
    remembers: (orderId) => claimed.has(orderId) || recorded.has(orderId),
    record(acceptance) {
      if (claimed.has(acceptance.orderId)) claim(acceptance, true)
      else remember(recorded, acceptance.orderId, true)
      writer.write(acceptance)
    },
    close: writer.close,
  }
}

function remember<T>(recent: Map<string, T>, orderId: string, what: T): void {
  recent.set(orderId, what)
  const [oldest] = recent.keys()
  if (recent.size > mostInMemory && oldest !== undefined) recent.delete(oldest)
}

async function lookUp(pool: pg.Pool, orderId: string, log: Log): Promise<FirstRequest | undefined> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`The database gave no answer in ${longestLookMs} ms.`)), longestLookMs)
  const query = pool.query<FirstRequest>(
    `select request_hash as "requestHash", accepted_at as "acceptedAt", true as "isAccepted" from acceptance where order_id = $1`,
    [orderId],
  )
  try {
    return (await Promise.race([query, tooLate])).rows[0]
  } catch (error) {
    log.info({ err: error, orderId }, 'cannot look whether this order was accepted before; accepting it')
    return undefined
  } finally {
    clearTimeout(timer)
    query.catch(() => {}) // Its failure was logged above, or comes when nobody waits for it any more.
  }
}

async function insert(pool: pg.Pool, acceptances: readonly Acceptance[]): Promise<void> {
  await pool.query(
    `insert into acceptance (order_id, accepted_at, customer_id, lines, currency, request_hash, trace_id)
     select * from unnest($1::text[], $2::timestamptz[], $3::text[], $4::jsonb[], $5::text[], $6::text[], $7::text[])
     on conflict (order_id) do nothing`,
    [
      acceptances.map(({ orderId }) => orderId),
      acceptances.map(({ acceptedAt }) => acceptedAt),
      acceptances.map(({ customerId }) => customerId),
      acceptances.map(({ lines }) => JSON.stringify(lines)),
      acceptances.map(({ currency }) => currency),
      acceptances.map(({ requestHash }) => requestHash),
      acceptances.map(({ traceId }) => traceId),
    ],
  )
}
