import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Router } from '@koa/router'
import Koa from 'koa'
import type { Watched } from '../targets.ts'
import type { Audit } from './audit.ts'
import type { Growth } from './growth.ts'

/** What is judged when all is over. */
export interface AuditAndGrowth extends Audit {
  readonly growth: Growth
}

/** What k6 asks the runner for, since only the runner knows the shop's databases, topics and people. */
export interface Desk {
  began(): void
  watch(): Promise<Watched>
  audit(): Promise<AuditAndGrowth>
  /** For Prometheus: the phase of this moment. */
  metrics(): string
}

/**
 *     POST /began      the first customer comes
 *     GET  /watch      what waits now
 *     POST /audit      the books, as soon as nothing in them changes any more
 *     GET  /metrics    petrel_load_phase
 */
export async function openDesk(desk: Desk): Promise<AsyncDisposable & { readonly url: string }> {
  const router = new Router()
  router.post('/began', (ctx) => {
    desk.began()
    ctx.status = 204
  })
  router.get('/watch', async (ctx) => void (ctx.body = await desk.watch()))
  router.post('/audit', async (ctx) => void (ctx.body = await desk.audit()))
  router.get('/metrics', (ctx) => void (ctx.body = desk.metrics()))
  const app = new Koa()
  app.use(answerErrors)
  app.use(router.routes())
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** k6 shows what it was told, and so does the runner. */
const answerErrors: Koa.Middleware = async (ctx, next) => {
  try {
    await next()
  } catch (error) {
    ctx.status = 500
    ctx.body = error instanceof Error ? error.message : String(error)
  }
}
