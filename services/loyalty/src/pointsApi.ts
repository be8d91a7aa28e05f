import { Router } from '@koa/router'
import Koa, { type Middleware } from 'koa'
import type { Pool } from 'pg'

interface Points {
  readonly customerId: string
  readonly points: number
  /** Newest first, at most 100; revoked points are negative. */
  readonly history: readonly { readonly orderId: string; readonly points: number; readonly at: Date }[]
}

/** What loyalty answers over HTTP. @param measure sees all requests */
export function pointsApi(database: Pick<Pool, 'query'>, measure?: Middleware): Koa {
  const router = new Router()
  router.get('/customers/:id/points', async (context) => {
    context.body = await pointsOf(context.params.id ?? '', database)
  })
  const app = new Koa()
  if (measure !== undefined) app.use(measure)
  app.use(router.routes())
  app.use(router.allowedMethods())
  return app
}

/** A customer nobody heard of has no points. */
async function pointsOf(customerId: string, database: Pick<Pool, 'query'>): Promise<Points> {
  const balances = await database.query<{ points: number }>(
    'select balance::float8 as points from balances where customer_id = $1',
    [customerId],
  )
  const history = await database.query<Points['history'][number]>(
    'select order_id as "orderId", points, at from ledger where customer_id = $1 order by at desc limit 100',
    [customerId],
  )
  return { customerId, points: balances.rows[0]?.points ?? 0, history: history.rows }
}
