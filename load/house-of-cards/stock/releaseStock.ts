import type { Pool } from 'pg'
import type { Reply, Request } from '../http/serve.ts'
import type { Reservation } from './reserveStock.ts'

const release = `
  with released as (
    update reservations set released_at = now() where order_id = $1 and released_at is null returning sku, quantity
  ), pieces as (
    select sku, sum(quantity) as quantity from released group by sku
  )
  update stock set available = available + pieces.quantity from pieces where stock.sku = pieces.sku`

/** Puts back what an order has reserved, if anything; asked twice, once. */
export const releaseStock =
  (database: Pool) =>
  async ({ body: { orderId } }: Request<Pick<Reservation, 'orderId'>>): Promise<Reply> => {
    await database.query({ name: 'release', text: release, values: [orderId] })
    return { status: 200, body: {} }
  }
