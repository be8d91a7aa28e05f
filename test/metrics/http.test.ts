import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Router } from '@koa/router'
import Koa from 'koa'
import { httpDurations } from '@petrel/messaging/metrics'
import { afterEach, expect, test } from 'vitest'
import { expose } from '../../packages/messaging/src/metrics/exposition.ts'
import { processRegistry } from '../../packages/messaging/src/metrics/registry.ts'
import { scrapeOf } from './scrape.ts'

const close: (() => void)[] = []
afterEach(() => close.splice(0).forEach((each) => each()))

/** A shop with two pages, one of which breaks. */
async function shop() {
  const registry = processRegistry('client-ui')
  const router = new Router()
  router.get('/orders/:id', (context) => void (context.body = 'an order'))
  router.get('/broken', () => {
    throw new Error('a bug')
  })
  router.get('/gone', (context) => context.throw(410))
  const app = new Koa()
  app.silent = true
  app.use(httpDurations(registry))
  app.use(router.routes())
  const server = app.listen(0, '127.0.0.1')
  close.push(() => server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    ask: async (path: string, method = 'GET') => (await fetch(url + path, { method })).text(),
    answered: async (http_route: string, http_response_status_code: string, http_request_method = 'GET') =>
      scrapeOf((await expose(registry)).body).sum('http_server_request_duration_seconds_count', {
        http_route,
        http_response_status_code,
        http_request_method,
      }),
  }
}

test('requests of one route are one series, whatever order they are about', async () => {
  const { ask, answered } = await shop()
  for (const id of ['1', '2', '3']) await ask(`/orders/${id}`)
  expect(await answered('/orders/:id', '200')).toBe(3)
})

test('what fails counts with the status that the visitor got', async () => {
  const { ask, answered } = await shop()
  await ask('/broken')
  await ask('/gone')
  expect(await answered('/broken', '500')).toBe(1)
  expect(await answered('/gone', '410')).toBe(1)
})

test('paths and methods that a stranger makes up are no series of their own', async () => {
  const { ask, answered } = await shop()
  for (const path of ['/wp-admin', '/.env']) await ask(path)
  await ask('/orders/1', 'PROPFIND')
  expect(await answered('none', '404')).toBe(2)
  expect(await answered('none', '404', '_OTHER')).toBe(1)
})
