import { bodyParser } from '@koa/bodyparser'
import { Router } from '@koa/router'
import { answerFile, notFound, type PageFile, securityHeaders } from '@petrel/pages'
import Koa, { type Context, type Middleware } from 'koa'
import type { ConsoleContext, Part } from '../part.ts'
import { cacheControl } from './page.ts'
import { badRequest, consoleProblems } from './problem.ts'

/** A selection of ten thousand ids fits, and so does an edited message. */
const largestBody = '4mb'

export interface AppOptions {
  readonly context: ConsoleContext
  readonly parts: readonly Part[]
  readonly page: ReadonlyMap<string, PageFile>
  /** Measures all requests. */
  readonly measure?: Middleware
}

/** The whole HTTP side. It starts nothing: call it with `app.callback()`. */
export function consoleApp({ context, parts, page, measure }: AppOptions): Koa {
  const app = new Koa()
  // What is thrown becomes an answer; left over are browsers that went away in the middle of one.
  app.on('error', (error: Error) => context.log.debug({ err: error }, 'an answer was not read to its end'))
  if (measure !== undefined) app.use(measure)
  app.use(consoleProblems(context.log))
  app.use(async (ctx, next) => {
    securityHeaders(ctx)
    if (ctx.path.startsWith('/api/')) ctx.set('Cache-Control', 'no-store')
    await next()
  })
  app.use(context.access.identify)
  app.use(bodyParser({ enableTypes: ['json'], jsonLimit: largestBody, onError: refuseBody }))
  const api = new Router()
  for (const { routes } of parts) routes?.(api)
  app.use(api.routes())
  app.use(api.allowedMethods())
  app.use(pageRoutes(page).routes())
  return app
}

/** The addresses that a person may open: one page shows them all. `/` is one as well. */
const views = ['failures', 'orders', 'conversations', 'endpoints', 'map', 'events', 'actions', 'break-it']

function pageRoutes(page: ReadonlyMap<string, PageFile>): Router {
  const router = new Router()
  router.get(/^\/(?!api\/)/, (ctx) => {
    const [, first = ''] = ctx.path.split('/')
    const isView = first === '' || views.includes(first)
    const found = page.get(isView ? '/index.html' : ctx.path)
    // To a person the page says that there is nothing, with the way to all others.
    const file = found ?? (isForPeople(ctx) ? page.get('/index.html') : undefined)
    if (file === undefined) throw notFound(`There is no page ${ctx.path}.`)
    answerFile(ctx, file, { status: found === undefined ? 404 : 200, cacheControl: cacheControl(ctx.path) })
  })
  return router
}

const isForPeople = (ctx: Context): boolean =>
  !ctx.path.startsWith('/v/') && ctx.accepts('application/json', 'text/html') === 'text/html'

function refuseBody(error: Error & { status?: number }): never {
  const message =
    error.status === 413 ? `The body is larger than ${largestBody}` : 'The body is not valid JSON (application/json, UTF-8)'
  throw badRequest([{ path: '', message }], error.status === 413 ? 413 : 400)
}
