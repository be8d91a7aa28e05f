import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Router } from '@koa/router'
import { type Access, isAtLeast, type Role, tooLittle } from '../access/access.ts'
import { openAccess } from '../access/openAccess.ts'
import { consoleApp } from '../http/app.ts'
import { readPage } from '../http/page.ts'
import type { FieldError } from '../http/problem.ts'
import type { ConsoleContext } from '../part.ts'
import { failureRoutes, written } from './fakeFailureRoutes.ts'
import { FakeStore, replayView } from './fakeStore.ts'
import { breakItRoutes, conversationRoutes, watchRoutes } from './fakeWatchRoutes.ts'
import type { StoryFailure } from './story.ts'

export interface FakeOptions {
  readonly failures?: readonly StoryFailure[]
  readonly role?: Role
  readonly kind?: 'open' | 'oidc'
  readonly breakIt?: boolean
  /** No endpoint was heard, nothing happened. */
  readonly isNew?: boolean
  readonly guards?: readonly string[]
  readonly silent?: readonly string[]
}

export interface FakeConsole {
  readonly url: string
  readonly store: FakeStore
  /** Set and unset at will: nobody answers, or the database does not. */
  readonly away: { everything: boolean; database: boolean }
  /** Requests of a path wait until its promise is resolved. */
  readonly waits: Map<string, Promise<void>>
  /** What the server finds wrong with an edited message. */
  refusals: readonly FieldError[]
  close(): Promise<void>
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** The real HTTP side and the real page on a free port, with failures that are only remembered. */
export async function startFakeConsole(options: FakeOptions = {}): Promise<FakeConsole> {
  const { failures = [], guards = [], silent = [], isNew = false } = options
  const store = new FakeStore(failures, guards, silent)
  if (!isNew) tellStory(store)
  const access = accessOf(options)
  const routes = (router: Router) => {
    summaryRoute(router, store, access, options)
    failureRoutes(router, store, access.requires('operator'), () => fake.refusals)
    watchRoutes(router, store, isNew)
    conversationRoutes(router, store, isNew)
    if (options.breakIt) breakItRoutes(router, store, access.requires('operator'))
    router.post('/api/erasures', access.requires('admin'), (ctx) => {
      written(ctx, store, 'erase', 3)
      ctx.status = 202
      ctx.body = { erasureId: randomUUID() }
    })
    router.get('/api/erasures/:id', (ctx) => void (ctx.body = { erasureId: ctx.params['id'], ...store.erasure }))
  }
  // The HTTP side asks for no more of the context than this.
  const context = { log: quiet, access } as unknown as ConsoleContext
  const answer = consoleApp({ context, parts: [{ routes }], page: await readPage() }).callback()
  const served = await serve((request, response) => void answer(request, response))
  const fake: FakeConsole = { ...served, store, refusals: [] }
  return fake
}

function accessOf({ role = 'admin', kind = 'open' }: FakeOptions): Access {
  const own = openAccess({ user: 'ada', csrf: randomUUID(), publicUrl: undefined, limit: () => {} })
  const identity = { user: 'ada', role }
  return {
    ...own,
    of: () => identity,
    told: (ctx) => ({ ...own.told(ctx), kind, role }),
    requires: (needed) => async (_, next) => {
      if (!isAtLeast(role, needed)) throw tooLittle(identity, needed)
      await next()
    },
  }
}

function summaryRoute(router: Router, store: FakeStore, access: Access, { breakIt = false, isNew = false }: FakeOptions): void {
  router.get('/api/summary', (ctx) => {
    const open = store.open()
    ctx.body = {
      unresolved: open.length,
      waitingForRetry: store.guards.length * 3,
      oldestFailure: open.map(({ firstFailedAt }) => firstFailedAt).toSorted()[0] ?? null,
      replaysRunning: store.replays.filter(({ state }) => state === 'running').map(replayView),
      endpoints: isNew ? 0 : 8,
      silent: store.silent.length,
      outageGuards: store.guards,
      breakIt,
      access: access.told(ctx),
    }
  })
}

/** What happened before anybody looked. */
function tellStory(store: FakeStore): void {
  const now = Date.now()
  const minute = 60_000
  store.happened({ text: 'sales started', severity: 'ok', endpoint: 'sales', at: now - 150 * minute })
  store.happened({
    text: 'Messages fail in a new way in billing: GatewayTimeout at gateway.ts:31',
    severity: 'fail',
    endpoint: 'billing',
    link: '/failures?endpoint=billing',
    at: now - 127 * minute,
  })
  store.happened({
    text: 'shipping gives no sign of life',
    severity: 'fail',
    endpoint: 'shipping',
    link: '/endpoints/shipping',
    at: now - 61 * minute,
  })
  store.happened({ text: 'shipping is back', severity: 'ok', endpoint: 'shipping', at: now - 60 * minute })
  store.happened({
    text: 'Messages fail in a new way in sales: TypeError at placeOrder.ts:14',
    severity: 'fail',
    endpoint: 'sales',
    link: '/failures?endpoint=sales',
    at: now - 238_000,
  })
  store.happened({
    text: 'The outage guard of sales is on',
    severity: 'warn',
    endpoint: 'sales',
    link: '/endpoints/sales',
    at: now - 190_000,
  })
  const archived = { filter: { endpoint: 'loyalty', state: 'unresolved' } }
  store.acted(
    { by: 'grace', what: 'archive', selection: archived, count: 40, detail: 'a producer that is gone' },
    now - 1_500 * minute,
  )
  store.acted(
    { by: 'grace', what: 'replay', selection: { ids: ['01970001-4c1e-7a10-8f00-00000000000b'] }, count: 1, detail: 'all sent' },
    now - 126 * minute,
  )
}

/** Serves on a free port, and can be away. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const sockets = new Set<Socket>()
  const waits = new Map<string, Promise<void>>()
  const state = { everything: false, database: false }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://fake')
    if (state.everything) request.socket.destroy()
    else if (state.database && pathname.startsWith('/api/') && pathname !== '/api/events') answerAway(response)
    else void (waits.get(pathname) ?? Promise.resolve()).then(() => answer(request, response))
  }).listen(0, '127.0.0.1')
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    waits,
    away: {
      get everything() {
        return state.everything
      },
      set everything(isAway) {
        state.everything = isAway
        if (isAway) for (const socket of sockets) socket.destroy()
      },
      get database() {
        return state.database
      },
      set database(isAway) {
        state.database = isAway
      },
    },
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function answerAway(response: ServerResponse): void {
  response.writeHead(503, { 'content-type': 'application/problem+json' })
  response.end(JSON.stringify({ title: 'The console’s database does not answer', detail: 'Nothing was changed. Ask again.' }))
}
