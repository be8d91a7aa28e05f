import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ParsedUrlQuery } from 'node:querystring'
import { Router } from '@koa/router'
import { sharedPublicFolder } from '@petrel/pages'
import Koa from 'koa'
import { z } from 'zod'
import type { PostgresMetrics } from './postgresMetrics.ts'
import { nothingToSee, type Wanted, watchPage } from './watchPage.ts'
import { alertsOf, measuredBy } from './whatItSays.ts'

export interface WatchOptions {
  readonly port: number
  readonly prometheus: string
  readonly shop: string
  readonly postgres: PostgresMetrics
}

/**
 * What `npm start -- --observe` answers itself:
 *
 *     GET /                  alerts, a dashboard, what is measured: ?dashboard=overview&minutes=15
 *     GET /dashboard.svg     the picture of a dashboard; the same parameters
 *     GET /metrics           PostgreSQL's, for Prometheus
 */
export async function startWatchServer(options: WatchOptions): Promise<{ stop(): Promise<void> }> {
  const server = watchApp(options).listen(options.port, '127.0.0.1')
  await once(server, 'listening')
  return {
    async stop() {
      server.close()
      server.closeAllConnections()
      await options.postgres.close()
    },
  }
}

const sheets = [
  ['/css/tokens.css', join(sharedPublicFolder, 'css', 'tokens.css')],
  ['/css/frame.css', join(sharedPublicFolder, 'css', 'frame.css')],
  ['/watch.css', join(import.meta.dirname, 'watch.css')],
] as const

function watchApp({ prometheus, shop, postgres }: WatchOptions): Koa {
  const router = new Router()
  router.get('/', async (ctx) => {
    ctx.type = 'html'
    ctx.body = await page(prometheus, shop, wantedBy(ctx.query))
  })
  router.get('/dashboard.svg', async (ctx) => {
    await answer(ctx, 'svg', picture(prometheus, wantedBy(ctx.query)))
  })
  router.get('/metrics', async (ctx) => {
    await answer(ctx, 'text', postgres.read())
  })
  for (const [path, file] of sheets)
    router.get(path, async (ctx) => {
      ctx.type = 'css'
      ctx.body = await readFile(file)
    })
  const app = new Koa()
  app.use(router.routes())
  app.use(router.allowedMethods())
  return app
}

/** While a server is away there is nothing to show but why. */
async function answer(ctx: Koa.Context, type: string, content: Promise<string>): Promise<void> {
  try {
    ctx.body = await content
    ctx.type = type
  } catch (error) {
    ctx.status = 503
    ctx.body = `${(error as Error).message}\n`
  }
}

async function page(prometheus: string, shop: string, wanted: Wanted): Promise<string> {
  try {
    const [measured, alerts] = await Promise.all([measuredBy(prometheus), alertsOf(prometheus)])
    const { dashboardNames } = await drawing()
    return watchPage({ prometheus, shop, measured, alerts, dashboards: dashboardNames, wanted })
  } catch (error) {
    return nothingToSee(shop, (error as Error).message)
  }
}

async function picture(prometheusUrl: string, { dashboard, endpoint, minutes }: Wanted): Promise<string> {
  const { drawDashboard, readDashboard } = await drawing()
  const now = Date.now() / 1000
  const values = endpoint === '' ? {} : { endpoint }
  return drawDashboard(readDashboard(dashboard), { prometheusUrl, from: now - minutes * 60, to: now, values })
}

/** Only now: a shop that nobody looks at needs no chart library in its memory. */
async function drawing() {
  const [files, drawn] = await Promise.all([
    import('../../dashboards/files.ts'),
    import('../../dashboards/render/drawDashboard.ts'),
  ])
  return { ...files, ...drawn }
}

const wantedBy = (query: ParsedUrlQuery): Wanted => Asked.parse(query)

const Asked = z.object({
  dashboard: z.string().default('overview').catch('overview'),
  endpoint: z.string().default('').catch(''),
  minutes: z.coerce
    .number()
    .min(1)
    .max(7 * 24 * 60)
    .default(15)
    .catch(15),
})
