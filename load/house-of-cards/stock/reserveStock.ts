import { coalescing } from '@petrel/messaging'
import type { Pool, PoolClient } from 'pg'
import { inTransaction } from '../books/inTransaction.ts'
import type { Reply, Request } from '../http/serve.ts'
import { type Pieces, shelfOf } from './shelf.ts'

/** One line for each product: sales has added them up. */
export interface Reservation {
  readonly orderId: string
  readonly lines: readonly Pieces[]
}

type Asked = Pick<Request<Reservation>, 'key' | 'body'>

/**
 * Reserves everything an order needs, or nothing. Orders that come while others are reserved share a transaction: all of them
 * want the same few rows, and one after the other each would wait for the disk.
 */
export function reserveStock(database: Pool): (request: Request<Reservation>) => Promise<Reply> {
  const reserve = coalescing((asked: readonly Asked[]) => inTransaction(database, (tx) => reserveAll(tx, asked)), { underWay: 1 })
  return async ({ key, body }) => {
    const missingSkus = await reserve({ key, body })
    return missingSkus.length > 0 ? { status: 409, body: { missingSkus } } : { status: 201, body: {} }
  }
}

async function reserveAll(tx: PoolClient, asked: readonly Asked[]): Promise<string[][]> {
  const shelf = shelfOf(await lockShelf(tx, asked))
  const reserved = await reservedBefore(tx, asked)
  const rows: object[] = []
  const answers = asked.map(({ key, body: { orderId, lines } }) => {
    if (reserved.has(key)) return []
    const missing = shelf.take(lines)
    if (missing.length > 0) return missing
    reserved.add(key)
    const reserved_at = new Date()
    rows.push(...lines.map(({ sku, quantity }) => ({ request_key: key, order_id: orderId, sku, quantity, reserved_at })))
    return []
  })
  await write(tx, rows, shelf.taken())
  return answers
}

async function lockShelf(tx: PoolClient, asked: readonly Asked[]): Promise<Map<string, number>> {
  const skus = new Set(asked.flatMap(({ body }) => body.lines.map(({ sku }) => sku)))
  const { rows } = await tx.query<{ sku: string; available: number }>({
    name: 'lock shelf',
    text: 'select sku, available::float8 as available from stock where sku = any($1) order by sku for update',
    values: [[...skus]],
  })
  return new Map(rows.map(({ sku, available }) => [sku, available]))
}

async function reservedBefore(tx: PoolClient, asked: readonly Asked[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ key: string }>({
    name: 'reserved before',
    text: 'select distinct request_key as key from reservations where request_key = any($1)',
    values: [asked.map(({ key }) => key)],
  })
  return new Set(rows.map(({ key }) => key))
}

async function write(tx: PoolClient, rows: readonly object[], taken: readonly Pieces[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query({
    name: 'reserve',
    text: 'insert into reservations select * from jsonb_populate_recordset(null::reservations, $1::jsonb)',
    values: [JSON.stringify(rows)],
  })
  await tx.query({
    name: 'take',
    text: `update stock set available = available - quantity
           from unnest($1::text[], $2::bigint[]) as taken (sku, quantity) where stock.sku = taken.sku`,
    values: [taken.map(({ sku }) => sku), taken.map(({ quantity }) => quantity)],
  })
}
