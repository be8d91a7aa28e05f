import { bodyParser } from '@koa/bodyparser'
import { Router } from '@koa/router'
import { answerFile, notFound, type PageFile, securityHeaders } from '@petrel/pages'
import type { Middleware } from 'koa'
import { withRoomFor } from '../../../services/client-ui/src/http/page.ts'
import { goods } from '../../../services/shopkeeper/src/goods.ts'
import type { KeptOrder, Orders } from './orders.ts'

/** What customers see: as much of the real shop's front as a load campaign asks for. */
export function frontRoutes(place: Middleware, orders: Orders, page: ReadonlyMap<string, PageFile>): Router {
  const router = new Router()
  const index = page.get('/index.html')
  if (index === undefined) throw new Error('There is no page index.html: services/client-ui/public is incomplete.')
  const home = withRoomFor(goods.length, index)
  router.get('/', (ctx) => {
    securityHeaders(ctx)
    answerFile(ctx, home)
  })
  router.get('/api/catalogue', (ctx) => void (ctx.body = catalogue))
  router.post('/api/orders', bodyParser({ enableTypes: ['json'], jsonLimit: '64kb' }), place)
  router.get('/api/orders/:id', async (ctx) => {
    const order = await orders.find(ctx.params['id'] ?? '')
    if (order === undefined) throw notFound('There is no order with this id.')
    ctx.body = orderView(order)
  })
  router.get('/{*path}', (ctx) => {
    const file = page.get(ctx.path)
    if (file === undefined) throw notFound(`There is no page ${ctx.path}.`)
    answerFile(ctx, file)
  })
  return router
}

const catalogue = goods.map(({ sku, name, unitCents, quantity }) => ({
  sku,
  name,
  unitCents,
  currency: 'EUR',
  available: quantity,
}))

const orderView = ({ request_key, accepted_at, customer_id, lines, currency, outcome }: KeptOrder) => ({
  orderId: request_key,
  status: outcome?.status ?? 'accepted',
  acceptedAt: accepted_at,
  customerId: customer_id,
  lines,
  currency,
  totalCents: outcome?.totalCents ?? null,
  history: outcome?.history ?? [],
})
