import { bodyParser } from '@koa/bodyparser'
import { Router } from '@koa/router'
import { type Spans, tracedRequests } from '@petrel/messaging'
import { Behaviour } from '@petrel/pages'
import Koa, { type Middleware } from 'koa'
import type { Pool } from 'pg'
import { z } from 'zod'
import { answerOutage } from './answerOutage.ts'
import type { Behaviours } from './behaviour.ts'
import { misbehave } from './misbehave.ts'
import { postCharge, postRefund } from './money.ts'
import { recentPayments, statementOf, totals } from './statements.ts'

interface Surroundings {
  /** What people see. */
  readonly page?: Middleware
  /** Measures all requests. */
  readonly measure?: Middleware
  /** Undefined where nothing is traced. */
  readonly spans?: Spans | undefined
}

/** The gateway as an HTTP application: money can fail on request, looking never does. */
export function gatewayApi(database: Pool, behaviours: Behaviours, { page, measure, spans }: Surroundings = {}): Koa {
  const traced = tracedRequests(spans, { trusted: true })
  const misbehaviour = misbehave(behaviours)
  const router = new Router()
  router.post('/charges', traced, misbehaviour, postCharge(database, behaviours))
  router.post('/refunds', traced, misbehaviour, postRefund(database))

  router.get('/charges', async (context) => {
    const { orderId } = context.query
    context.body = typeof orderId === 'string' ? await statementOf(database, orderId) : await totals(database)
  })
  router.get('/charges/recent', async (context) => {
    context.body = await recentPayments(database)
  })

  router.get('/behaviour', (context) => {
    context.body = behaviours.now()
  })
  router.put('/behaviour', async (context) => {
    const wanted = Behaviour.safeParse(context.request.body)
    if (wanted.success) await behaviours.change(wanted.data)
    context.status = wanted.success ? 200 : 400
    context.body = wanted.success ? wanted.data : { reason: z.prettifyError(wanted.error) }
  })

  router.get('/live', (context) => {
    context.body = { live: true }
  })
  router.get('/ready', async (context) => {
    await database.query('select 1')
    context.body = { ready: true }
  })

  const app = new Koa()
  if (measure !== undefined) app.use(measure)
  app.use(answerOutage)
  if (page !== undefined) app.use(page)
  app.use(bodyParser({ onError: (_, context) => context.throw(400, 'The body is not JSON.') }))
  app.use(router.routes())
  app.use(router.allowedMethods())
  return app
}
