import { type TlsSettings, withoutLogin } from '@petrel/messaging/connections'
import { bodyParser } from '@koa/bodyparser'
import { Router } from '@koa/router'
import Koa, { type Middleware } from 'koa'
import type { Bus } from '../bus.ts'
import { type Log, type Spans, tracedRequests } from '@petrel/messaging'
import { answerFile, notFound, type PageFile, Problem, securityHeaders, unavailable } from '@petrel/pages'
import type { Acceptances } from '../readModel/acceptances.ts'
import type { Catalogue } from '../readModel/catalogue.ts'
import type { ReadModel } from '../readModel/port.ts'
import type { Watch } from '../readModel/watch.ts'
import { streamBoard } from './boardStream.ts'
import { cancelOrder } from './cancelOrder.ts'
import { streamOrder } from './orderStream.ts'
import { gatewayCounts } from './gatewayCounts.ts'
import { localControl } from './localControl.ts'
import { orderView } from './orderView.ts'
import { withRoomFor } from './page.ts'
import { checkOrder, placeOrder } from './placeOrder.ts'
import { badRequest, shopProblems } from './problem.ts'

/** A hundred lines fit several times. */
const largestBody = '64kb'

export interface Shop {
  readonly bus: Bus
  readonly acceptances: Acceptances
  readonly catalogue: Catalogue
  readonly readModel: ReadModel
  readonly watch: Watch
  readonly page: ReadonlyMap<string, PageFile>
  /** Where the customers' mails are shown. */
  readonly mailboxUrl: string
  /** Where the payment gateway shows what it has counted. */
  readonly paymentGatewayUrl: string
  readonly paymentGatewayTls?: TlsSettings
  /** The same for browsers. */
  readonly paymentGatewayPageUrl: string
  /** Where people see what failed, for browsers. */
  readonly consoleUrl: string
  /** Of the process that runs the whole system on one machine; undefined anywhere else. */
  readonly localControlUrl?: string | undefined
  readonly log: Log
  /** Undefined where tracing is off. */
  readonly spans?: Spans | undefined
  /** Measures all requests. */
  readonly measure?: Middleware
}

/** The whole HTTP side. It starts nothing: call it with `app.callback()`. */
export function shopApp(shop: Shop): Koa {
  const app = new Koa()
  // What is thrown becomes an answer; left over are browsers that went away in the middle of one.
  app.on('error', (error: Error) => shop.log.info({ err: error }, 'an answer was not read to its end'))
  if (shop.measure !== undefined) app.use(shop.measure)
  app.use(shopProblems(shop.log, shop.page.get('/not-found.html')))
  app.use(async (ctx, next) => {
    securityHeaders(ctx)
    await next()
  })
  app.use(apiRoutes(shop).routes())
  app.use(pageRoutes(shop).routes())
  return app
}

function apiRoutes(shop: Shop): Router {
  const { bus, acceptances, catalogue, readModel, watch, paymentGatewayUrl, localControlUrl, log, spans } = shop
  const router = new Router()
  const json = bodyParser({ enableTypes: ['json'], jsonLimit: largestBody, onError: refuseBody })
  const traced = tracedRequests(spans, { trusted: false })
  const place = placeOrder(bus, catalogue, acceptances)
  const cancel = cancelOrder(bus, acceptances, readModel, log)
  const stream = streamOrder(watch)
  const local = localControl(localControlUrl)

  router.get('/live', (ctx) => void (ctx.body = { live: true }))
  router.get('/ready', (ctx) => {
    if (!bus.isReady()) throw unavailable('Not ready', 'The bus has not joined yet.')
    if (catalogue.products().length === 0) throw unavailable('Not ready', 'The catalogue is empty.')
    ctx.body = { ready: true }
  })
  router.get('/api/catalogue', (ctx) => {
    const readAt = catalogue.readAt()
    if (readAt === undefined) throw unavailable('The shop is opening', 'Its catalogue cannot be read yet. Ask again.')
    ctx.set('Read-At', readAt.toISOString())
    ctx.body = catalogue.products()
  })
  router.get('/api/charges', gatewayCounts(paymentGatewayUrl, shop.paymentGatewayTls))
  router.post('/api/orders', traced, json, (ctx) => place(ctx))
  router.post('/api/orders/check', json, checkOrder(catalogue))
  router.get('/api/orders/events', streamBoard(watch))
  router.get('/api/orders/:id', async (ctx) => {
    const [order] = await readModel.orders([orderId(ctx.params)]).catch(readModelAway)
    // An order that was just accepted is there in a moment.
    if (order === undefined) throw notFound('There is no order with this id. If it was just accepted, ask again.', 1)
    ctx.body = orderView(order)
  })
  router.get('/api/orders/:id/events', (ctx) => stream(ctx, orderId(ctx.params)))
  router.post('/api/orders/:id/cancel', traced, (ctx) => cancel(ctx, orderId(ctx.params)))
  router.get('/api/local', (ctx) => local.lessons(ctx))
  router.post('/api/local/:service/:action', (ctx) => local.act(ctx, ctx.params['service'] ?? '', ctx.params['action'] ?? ''))
  return router
}

function pageRoutes({ page, catalogue, mailboxUrl, paymentGatewayPageUrl, consoleUrl }: Shop): Router {
  const router = new Router()
  const file = (path: string): PageFile => {
    const found = page.get(path)
    if (found === undefined) throw notFound(`There is no page ${path}.`)
    return found
  }
  router.get('/', (ctx) => answerFile(ctx, withRoomFor(catalogue.products().length, file('/index.html'))))
  router.get('/orders', (ctx) => answerFile(ctx, file('/orders.html')))
  router.get('/orders/:id', (ctx) => {
    orderId(ctx.params)
    answerFile(ctx, file('/order.html'))
  })
  router.get('/mails', (ctx) => ctx.redirect(pageAt(mailboxUrl, ctx.search)))
  router.get('/gateway', (ctx) => ctx.redirect(pageAt(paymentGatewayPageUrl, ctx.search)))
  router.get('/console', (ctx) => ctx.redirect(pageAt(consoleUrl, '')))
  router.get('/console/orders', (ctx) => ctx.redirect(pageAt(consoleUrl, `/orders${ctx.search}`)))
  router.get('/{*path}', (ctx) => answerFile(ctx, file(ctx.path)))
  return router
}

/** Where a browser goes: a login that is in an address is ours, and no visitor's. */
const pageAt = (address: string, page: string): string => withoutLogin(new URL(page, address).href).url.href

function orderId(params: Readonly<Record<string, string>>): string {
  const id = params['id'] ?? ''
  if (!/^[\w.-]{1,64}$/.test(id))
    throw notFound('This is not the id of an order: an id has only letters, digits, dots and dashes.')
  return id
}

function readModelAway(error: unknown): never {
  throw new Problem(
    {
      status: 503,
      title: 'The order cannot be shown at this moment',
      detail: 'The database does not answer. The order itself is not in danger. Ask again.',
      retryAfter: 2,
    },
    { cause: error },
  )
}

function refuseBody(error: Error & { status?: number }): never {
  const message =
    error.status === 413 ? `The body is larger than ${largestBody}` : 'The body is not valid JSON (application/json, UTF-8)'
  throw badRequest([{ field: '', message }])
}
