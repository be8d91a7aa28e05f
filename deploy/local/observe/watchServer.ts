import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Router } from '@koa/router'
import { sharedPublicFolder } from '@petrel/pages'
import Koa from 'koa'
import type { PostgresMetrics } from './postgresMetrics.ts'
import { nothingToSee, watchPage } from './watchPage.ts'
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
 *     GET /            alerts, what is measured, the dashboards
 *     GET /metrics     PostgreSQL's, for Prometheus
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

function watchApp({ prometheus, shop, postgres }: WatchOptions): Koa {
  const router = new Router()
  router.get('/', async (ctx) => {
    ctx.type = 'html'
    ctx.body = await page(prometheus, shop)
  })
  router.get('/metrics', async (ctx) => {
    ctx.body = await postgres.read().catch((error: Error) => {
      ctx.status = 503
      return `PostgreSQL does not answer: ${error.message}\n`
    })
  })
  for (const sheet of ['tokens', 'frame'])
    router.get(`/css/${sheet}.css`, async (ctx) => {
      ctx.type = 'css'
      ctx.body = await readFile(join(sharedPublicFolder, 'css', `${sheet}.css`))
    })
  const app = new Koa()
  app.use(router.routes())
  app.use(router.allowedMethods())
  return app
}

async function page(prometheus: string, shop: string): Promise<string> {
  try {
    const [measured, alerts] = await Promise.all([measuredBy(prometheus), alertsOf(prometheus)])
    return watchPage({ prometheus, shop, measured, alerts, dashboards: [] })
  } catch (error) {
    return nothingToSee(shop, (error as Error).message)
  }
}
