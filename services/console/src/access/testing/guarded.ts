import { createServer } from 'node:http'
import { PassThrough } from 'node:stream'
import { Router } from '@koa/router'
import type { Log } from '@petrel/messaging'
import Koa from 'koa'
import { consoleProblems } from '../../http/problem.ts'
import { settingsSchema } from '../../settings.ts'
import type { Access } from '../access.ts'
import { chooseAccess } from '../chooseAccess.ts'
import { listen } from './loginProvider.ts'

/** A small program behind an access: enough for a look, a change, a stream and a page. */
export interface Guarded extends AsyncDisposable {
  readonly url: string
  /** Who was let through to change something. */
  readonly changedBy: readonly string[]
}

/** What every console needs to be told. */
export const neededSettings = {
  KAFKA_BROKERS: 'localhost:9092',
  SCHEMA_REGISTRY_URL: 'http://localhost:8081',
  DATABASE_URL: 'postgres://localhost/console',
}

/** @param environment is called with where it is */
export async function startGuarded(
  environment: (url: string) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>,
  log: Log,
): Promise<Guarded> {
  const changedBy: string[] = []
  let answer: ReturnType<Koa['callback']> | undefined
  const server = createServer((request, response) => void answer?.(request, response))
  const url = await listen(server)
  const access = chooseAccess(settingsSchema.parse({ ...neededSettings, ...(await environment(url)) }), log)
  answer = guardedApp(access, changedBy, log).callback()
  return {
    url,
    changedBy,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function guardedApp(access: Access, changedBy: string[], log: Log): Koa {
  const app = new Koa()
  // Streams that end early are what some tests are about.
  app.silent = true
  app.use(consoleProblems(log))
  app.use(access.identify)
  const router = new Router()
  router.get('/api/who', access.requires('reader'), (ctx) => void (ctx.body = access.told(ctx)))
  router.get('/api/stream', access.requires('reader'), (ctx) => {
    const stream = new PassThrough()
    stream.write('begun\n')
    ctx.body = stream
  })
  router.post('/api/change', access.requires('operator'), (ctx) => {
    changedBy.push(access.of(ctx).user)
    ctx.body = {}
  })
  router.post('/api/erase', access.requires('admin'), (ctx) => void (ctx.body = {}))
  router.get('/js/page.js', (ctx) => void (ctx.body = 'script'))
  router.get('/failures', (ctx) => void (ctx.body = 'the page'))
  app.use(router.routes())
  return app
}
