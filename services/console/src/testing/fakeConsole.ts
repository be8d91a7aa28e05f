import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Router } from '@koa/router'
import type { Context } from 'koa'
import { isAtLeast, type Role, tooLittle } from '../access/access.ts'
import { openAccess } from '../access/openAccess.ts'
import { consoleApp } from '../http/app.ts'
import { answerChanges } from '../http/eventStream.ts'
import { readPage } from '../http/page.ts'
import { badRequest, notFound, Problem } from '../http/problem.ts'
import type { Change, ChangeKind, Hub } from '../hub/hub.ts'
import type { ConsoleContext } from '../part.ts'
import { conversationOf, detailOf, editableOf, type StoryFailure, wellConversation } from './story.ts'
import { endpointDetail, endpointViews, mapView, type Troubles } from './storyEndpoints.ts'

export interface FakeOptions {
  readonly failures?: readonly StoryFailure[]
  readonly role?: Role
  readonly kind?: 'open' | 'oidc'
  readonly breakIt?: boolean
  /** No endpoint was heard, nothing happened. */
  readonly isNew?: boolean
  readonly guards?: readonly string[]
  readonly silent?: readonly string[]
  readonly port?: number
}

/** A request that changes something. */
export interface Asked {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

interface FakeReplay {
  readonly replayId: string
  readonly ids: readonly string[]
  readonly at: string
  state: 'running' | 'done' | 'cancelled'
  sent: number
  resolved: number
  failed: number
}

export interface FakeConsole {
  readonly url: string
  readonly failures: StoryFailure[]
  /** All that was asked for, dry runs as well. */
  readonly asked: Asked[]
  /** Set and unset at will. */
  readonly away: { everything: boolean; database: boolean }
  /** Requests of these paths wait until the promise is resolved. */
  readonly waits: Map<string, Promise<void>>
  /** More messages fail. */
  add(...failures: readonly StoryFailure[]): void
  /** An endpoint confirms, or fails again at, the messages of all replays. */
  confirm(outcome?: 'resolved' | 'failed'): void
  happened(text: string, severity?: string): void
  tell(...events: readonly ChangeKind[]): void
  /** Where a field of an edited message is wrong. */
  refuse: { path: string; message: string }[] | undefined
  close(): Promise<void>
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** The real HTTP side and the real page on a free port, with failures that are only remembered. */
export async function startFakeConsole(options: FakeOptions = {}): Promise<FakeConsole> {
  const { role = 'admin', kind = 'open', breakIt = false, isNew = false, guards = [], silent = [] } = options
  const listeners = new Set<(change: Change) => void>()
  const hub: Hub = {
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onClose: () => () => {},
    close: async () => {},
  }
  const failures = [...(options.failures ?? [])]
  const asked: Asked[] = []
  const away = { everything: false, database: false }
  const waits = new Map<string, Promise<void>>()
  const notes = new Map<string, string>()
  const replays: FakeReplay[] = []
  const happenings: {
    id: string
    at: string
    kind: string
    endpoint: string | null
    text: string
    severity: string
    link: string | null
  }[] = []
  const actions: object[] = []
  const faults = new Map<string, string | null>()
  const stopped = new Set<string>()
  let gateway = { requestsPerSecond: null as number | null, latencyMs: 0, failureRate: 0, declineRate: 0 }

  const tell = (...events: readonly ChangeKind[]) => {
    for (const event of events) for (const listener of listeners) listener({ event, data: {} })
  }
  const all = () => tell('summary', 'groups', 'failures', 'replay')
  const open = () => failures.filter(({ state }) => state === 'unresolved')
  const troubles = (): Troubles => ({
    failed: Object.fromEntries(
      Object.entries(Object.groupBy(open(), ({ endpoint }) => endpoint)).map(([name, list]) => [name, list?.length ?? 0]),
    ),
    guards,
    silent,
  })
  const written = (ctx: Context, what: string, count: number | null, outcome = 'done') => {
    const body = bodyIn(ctx)
    asked.push({ path: ctx.path, body })
    const { ids, group, by, filter } = body
    actions.unshift({
      id: randomUUID(),
      at: new Date().toISOString(),
      by: 'ada',
      what,
      selection: { ids, group, by, filter },
      count,
      outcome,
      detail: null,
    })
  }
  const happened = (
    text: string,
    severity = 'info',
    endpoint: string | null = null,
    link: string | null = null,
    at = Date.now(),
  ) => {
    happenings.unshift({ id: randomUUID(), at: new Date(at).toISOString(), kind: 'story', endpoint, text, severity, link })
    tell('event')
  }
  if (!isNew) {
    const now = Date.now()
    happened('sales started', 'ok', 'sales', null, now - 5_400_000)
    happened('40 messages of loyalty were archived by grace', 'info', 'loyalty', '/actions', now - 5_300_000)
    happened(
      'A new way to fail in billing: GatewayTimeout at gateway.ts:31',
      'fail',
      'billing',
      '/failures?endpoint=billing',
      now - 127 * 60_000 + 14_000,
    )
    happened('shipping stopped', 'info', 'shipping', null, now - 1_000_000)
    happened('shipping is back', 'ok', 'shipping', null, now - 995_000)
    happened(
      'A new way to fail in sales: TypeError at placeOrder.ts:14',
      'fail',
      'sales',
      '/failures?endpoint=sales',
      now - 238_000,
    )
    happened('sales is careful: its outage guard is on', 'warn', 'sales', '/endpoints/sales', now - 190_000)
    actions.push(
      {
        id: randomUUID(),
        at: new Date(now - 7_000_000).toISOString(),
        by: 'grace',
        what: 'replay',
        selection: { ids: [failures[5]?.id ?? randomUUID()] },
        count: 1,
        outcome: 'done',
        detail: 'all sent',
      },
      {
        id: randomUUID(),
        at: new Date(now - 80_000_000).toISOString(),
        by: 'grace',
        what: 'archive',
        selection: { filter: { endpoint: 'loyalty', state: 'unresolved' } },
        count: 40,
        outcome: 'done',
        detail: 'a producer that is gone',
      },
    )
  }

  const own = openAccess({ user: 'ada', csrf: randomUUID(), publicUrl: undefined, limit: () => {} })
  const access = {
    ...own,
    of: () => ({ user: 'ada', role }),
    told: (ctx: Context) => ({ ...own.told(ctx), kind, role }),
    requires: (wanted: Role) => async (_: Context, next: () => Promise<unknown>) => {
      if (!isAtLeast(role, wanted)) throw tooLittle({ user: 'ada', role }, wanted)
      await next()
    },
  }

  const sends = (ctx: Context) => {
    const body = bodyIn(ctx)
    const chosen = matching(failures, body)
    const sendable = chosen.filter(
      ({ state, replays: before, foreign }) =>
        state === 'unresolved' &&
        (before < 3 || body['includeStubborn'] === true) &&
        (foreign === null || body['toOriginalTopic'] === true),
    )
    const leftOut = {
      stubborn:
        body['includeStubborn'] === true
          ? 0
          : chosen.filter(({ state, replays: before }) => state === 'unresolved' && before >= 3).length,
      notUnresolved: chosen.filter(({ state }) => state !== 'unresolved').length,
    }
    return { chosen, sendable, leftOut, body }
  }
  const replayView = ({ ids, ...replay }: FakeReplay) => ({
    ...replay,
    total: ids.length,
    unsendable: [],
    ratePerSecond: 1_000,
    by: 'ada',
  })

  function routes(router: Router): void {
    router.get('/api/summary', (ctx) => {
      const oldest = open().reduce<string | null>(
        (first, { firstFailedAt }) => (first === null || firstFailedAt < first ? firstFailedAt : first),
        null,
      )
      ctx.body = {
        unresolved: open().length,
        waitingForRetry: guards.length * 3,
        oldestFailure: oldest,
        replaysRunning: replays.filter(({ state }) => state === 'running').map(replayView),
        endpoints: isNew ? 0 : 8,
        silent: silent.length,
        outageGuards: guards,
        breakIt,
        access: access.told(ctx),
      }
    })
    router.get('/api/groups', (ctx) => {
      const { by = 'error', ...filter } = ctx.query as Readonly<Record<string, string>>
      const items = groupsOf(matching(failures, { filter }), by).map((group) => ({ ...group, note: notes.get(group.id) ?? null }))
      ctx.body = { items, total: items.length }
    })
    router.put('/api/groups/:id/note', access.requires('operator'), (ctx) => {
      written(ctx, 'note', null)
      notes.set(ctx.params['id'] ?? '', String(bodyIn(ctx)['text']))
      tell('groups')
      ctx.status = 204
    })
    router.get('/api/failures', (ctx) => {
      const { limit = '50', cursor = '0', sort = '-lastFailedAt', ...filter } = ctx.query as Readonly<Record<string, string>>
      const found = matching(failures, { filter })
      const name = sort.replace('-', '') as 'lastFailedAt' | 'firstFailedAt' | 'attempts'
      const way = sort.startsWith('-') ? -1 : 1
      const sorted = found.toSorted((one, other) => (one[name] < other[name] ? -way : one[name] > other[name] ? way : 0))
      const from = Number(cursor)
      const next = from + Number(limit)
      ctx.body = { total: found.length, items: sorted.slice(from, next), next: next < found.length ? String(next) : null }
    })
    const failureIn = (ctx: Context & { params: Readonly<Record<string, string>> }): StoryFailure => {
      const found = failures.find(({ id }) => id === ctx.params['id'])
      if (found === undefined) throw notFound(`There is no failure ${ctx.params['id']}.`)
      return found
    }
    router.get('/api/failures/:id', (ctx) => {
      const isOpen = ctx.query['unmasked'] === 'true'
      if (isOpen) written(ctx, 'show', 1)
      ctx.body = detailOf(failureIn(ctx), isOpen)
    })
    router.get('/api/failures/:id/editable', access.requires('operator'), (ctx) => void (ctx.body = editableOf(failureIn(ctx))))
    router.post('/api/failures/:id/edit-and-replay', access.requires('operator'), (ctx) => {
      written(ctx, 'edit', 1)
      const failure = failureIn(ctx)
      if (fake.refuse !== undefined) throw badRequest(fake.refuse, 422)
      failure.state = 'replayRequested'
      all()
      ctx.status = 202
      ctx.body = { replayId: randomUUID(), messageId: randomUUID() }
    })
    router.post('/api/replays', access.requires('operator'), (ctx) => {
      const { chosen, sendable, leftOut, body } = sends(ctx)
      if (body['dryRun'] === true) {
        asked.push({ path: ctx.path, body })
        const foreign = chosen.filter((each) => each.foreign !== null && each.state === 'unresolved')
        const petrel = Object.entries(
          Object.groupBy(
            sendable.filter((each) => each.foreign === null),
            ({ endpoint }) => endpoint,
          ),
        )
        ctx.body = {
          total: sendable.length,
          leftOut,
          to: [
            ...petrel.map(([endpoint, list]) => ({ endpoint, topic: `${endpoint}.replay`, count: list?.length ?? 0 })),
            ...(foreign.length > 0
              ? [{ endpoint: 'invoices', topic: 'invoices', count: foreign.length, everySubscriber: true }]
              : []),
          ],
        }
        return
      }
      written(ctx, 'replay', sendable.length)
      for (const failure of sendable) {
        failure.state = 'replayRequested'
        failure.replays++
      }
      const replay: FakeReplay = {
        replayId: randomUUID(),
        ids: sendable.map(({ id }) => id),
        at: new Date().toISOString(),
        state: 'running',
        sent: sendable.length,
        resolved: 0,
        failed: 0,
      }
      replays.unshift(replay)
      all()
      ctx.status = 202
      ctx.body = { replayId: replay.replayId, total: sendable.length, leftOut }
    })
    router.get('/api/replays/:id', (ctx) => {
      const found = replays.find(({ replayId }) => replayId === ctx.params['id'])
      if (found === undefined) throw notFound('There is no such replay.')
      ctx.body = replayView(found)
    })
    router.post('/api/replays/:id/cancel', access.requires('operator'), (ctx) => {
      written(ctx, 'cancel replay', null)
      const found = replays.find(({ replayId }) => replayId === ctx.params['id'])
      if (found !== undefined) found.state = 'cancelled'
      all()
      ctx.body = {}
    })
    for (const [path, from, to] of [
      ['archive', 'unresolved', 'archived'],
      ['restore', 'archived', 'unresolved'],
    ] as const)
      router.post(`/api/${path}`, access.requires('operator'), (ctx) => {
        const chosen = matching(failures, bodyIn(ctx), from).filter(({ state }) => state === from)
        for (const failure of chosen) failure.state = to
        written(ctx, path, chosen.length)
        all()
        ctx.body = { changed: chosen.length }
      })
    router.get('/api/conversations', (ctx) => {
      const { q = '' } = ctx.query as Readonly<Record<string, string>>
      const now = Date.now()
      const well = isNew ? [] : Array.from({ length: 12 }, (_, at) => wellConversation(at + 500, now - 9_000 - at * 31_000))
      const items = [
        ...failures
          .slice(0, 7)
          .map((each) => ({
            conversationId: each.conversationId,
            key: each.key,
            startedAt: each.sentAt,
            lastAt: each.lastFailedAt,
            messages: 1,
            failed: 1,
          })),
        ...well.map(({ conversationId, key, messages }, at) => ({
          conversationId,
          key,
          startedAt: new Date(now - 9_000 - at * 31_000).toISOString(),
          lastAt: new Date(now - 8_842 - at * 31_000).toISOString(),
          messages: messages.length,
          failed: 0,
        })),
      ]
      ctx.body = { items: items.filter(({ conversationId, key }) => q === '' || conversationId === q || (key ?? '').includes(q)) }
    })
    router.get('/api/conversations/:id', (ctx) => {
      const failure = failures.find(({ conversationId }) => conversationId === ctx.params['id'])
      const number = Number.parseInt((ctx.params['id'] ?? '').slice(-12), 16)
      if (failure === undefined && !(number >= 500 && number < 512)) throw notFound('Nothing is known of this conversation.')
      ctx.body =
        failure === undefined
          ? { ...wellConversation(number, Date.now() - 60_000), traceId: null, sagas: [] }
          : conversationOf(failure)
    })
    const windowIn = (ctx: Context) => Number(ctx.query['window'] ?? 15)
    router.get(
      '/api/endpoints',
      (ctx) => void (ctx.body = { items: isNew ? [] : endpointViews(windowIn(ctx), Date.now(), troubles()) }),
    )
    router.get('/api/endpoints/:name', (ctx) => {
      const found = endpointDetail(ctx.params['name'] ?? '', windowIn(ctx), Date.now(), troubles())
      if (found === undefined) throw notFound(`There is no endpoint ${ctx.params['name']}.`)
      ctx.body = found
    })
    router.get('/api/map', (ctx) => void (ctx.body = isNew ? { nodes: [], edges: [] } : mapView(Date.now(), troubles())))
    router.get('/api/events', (ctx) => {
      if (ctx.accepts('application/json', 'text/event-stream') === 'text/event-stream') return answerChanges(ctx, hub)
      const limit = Number(ctx.query['limit'] ?? 50)
      ctx.body = { items: happenings.slice(0, limit), next: happenings.length > limit ? 'more' : null }
    })
    router.get('/api/actions', (ctx) => void (ctx.body = { items: actions.slice(0, 50), next: null }))
    router.post('/api/erasures', access.requires('admin'), (ctx) => {
      written(ctx, 'erase', 3)
      ctx.body = { erased: { failures: 3, audit: 21, deadLetters: 3 } }
    })
    if (breakIt) {
      const names = ['sales', 'billing', 'stock', 'shipping', 'email', 'loyalty']
      router.get('/api/faults', (ctx) => {
        const services = names.map((name) => ({
          name,
          isRunning: !stopped.has(name),
          isBroken: (faults.get(name) ?? null) !== null,
          fault: faults.get(name) ?? null,
          canStop: true,
        }))
        ctx.body = { services, gateway, how: 'local' }
      })
      router.put('/api/faults/:service', (ctx) => {
        written(ctx, 'break', null)
        faults.set(ctx.params['service'] ?? '', (bodyIn(ctx)['fault'] as string | null) ?? null)
        ctx.body = {}
      })
      router.put('/api/gateway', (ctx) => {
        written(ctx, 'gateway', null)
        gateway = { ...gateway, ...bodyIn(ctx) }
        ctx.body = gateway
      })
      router.post('/api/services/:name/:act', (ctx) => {
        written(ctx, ctx.params['act'] ?? '', null)
        const name = ctx.params['name'] ?? ''
        if (ctx.params['act'] === 'stop') stopped.add(name)
        else stopped.delete(name)
        ctx.body = {}
      })
    }
  }

  const app = consoleApp({
    context: { log: quiet, access } as unknown as ConsoleContext,
    parts: [{ routes }],
    page: await readPage(),
  })
  const answer = app.callback()
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    if (away.everything) return void request.socket.destroy()
    if (away.database && request.url?.startsWith('/api/') && !request.url.startsWith('/api/events')) {
      response.writeHead(503, { 'content-type': 'application/problem+json' })
      return void response.end(
        JSON.stringify({ title: 'The console’s database does not answer', detail: 'Nothing was changed. Ask again.' }),
      )
    }
    const path = new URL(request.url ?? '', 'http://fake').pathname
    void (waits.get(path) ?? Promise.resolve()).then(() => answer(request, response))
  }).listen(options.port ?? 0, '127.0.0.1')
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await once(server, 'listening')
  const fake: FakeConsole = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    failures,
    asked,
    away: {
      get everything() {
        return away.everything
      },
      set everything(isAway) {
        away.everything = isAway
        if (isAway) for (const socket of sockets) socket.destroy()
      },
      get database() {
        return away.database
      },
      set database(isAway) {
        away.database = isAway
      },
    },
    waits,
    refuse: undefined,
    add(...more) {
      failures.push(...more)
      all()
      tell('endpoints')
    },
    confirm(outcome = 'resolved') {
      for (const replay of replays.filter(({ state }) => state === 'running')) {
        for (const failure of failures.filter(({ id, state }) => replay.ids.includes(id) && state === 'replayRequested')) {
          failure.state = outcome === 'resolved' ? 'resolved' : 'unresolved'
          if (outcome === 'resolved') replay.resolved++
          else replay.failed++
        }
        replay.state = 'done'
      }
      all()
    },
    happened: (text, severity) => happened(text, severity),
    tell,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
  return fake
}

const bodyIn = (ctx: Context): Readonly<Record<string, unknown>> => (ctx.request as { body?: Record<string, unknown> }).body ?? {}

type Selected = Readonly<Record<string, unknown>>

/** What a selection or a filter means. */
function matching(failures: readonly StoryFailure[], { ids, group, filter }: Selected, stateInstead?: string): StoryFailure[] {
  if (Array.isArray(ids)) return failures.filter(({ id }) => ids.includes(id))
  const wanted = {
    ...(filter as Readonly<Record<string, string>> | undefined),
    ...(typeof group === 'string' && { group }),
  } as Readonly<Record<string, string>>
  const states = stateInstead === undefined ? wanted['state']?.split(',') : [stateInstead]
  const q = wanted['q']?.toLowerCase()
  return failures.filter(
    (each) =>
      (states === undefined || states.includes(each.state)) &&
      (wanted['endpoint'] === undefined || each.endpoint === wanted['endpoint']) &&
      (wanted['type'] === undefined || each.type === wanted['type']) &&
      (wanted['errorType'] === undefined || each.errorType === wanted['errorType']) &&
      (wanted['from'] === undefined || each.lastFailedAt >= wanted['from']) &&
      (wanted['to'] === undefined || each.lastFailedAt < wanted['to']) &&
      (wanted['group'] === undefined || groupOf(each, wanted['group'])) &&
      (q === undefined ||
        [each.key, each.errorMessage, each.errorType, each.messageId].some((text) => text?.toLowerCase().includes(q))),
  )
}

const groupOf = (failure: StoryFailure, group: string): boolean => {
  const [kind, name] = group.split(/:(.*)/s)
  if (kind === 'type') return (failure.type ?? '') === name
  if (kind === 'endpoint') return failure.endpoint === name
  return kind === 'errorType' ? failure.errorType === name : failure.groupId === group
}

function groupsOf(failures: readonly StoryFailure[], by: string) {
  const keyOf = (each: StoryFailure) =>
    by === 'error'
      ? each.groupId
      : `${by}:${by === 'type' ? (each.type ?? '') : by === 'endpoint' ? each.endpoint : each.errorType}`
  return [...Map.groupBy(failures, keyOf)]
    .map(([id, list]) => {
      const newest = list.reduce((one, other) => (other.lastFailedAt > one.lastFailedAt ? other : one))
      const same = <K extends keyof StoryFailure>(name: K) =>
        list.every((each) => each[name] === newest[name]) ? newest[name] : null
      const count = (state: string) => list.filter((each) => each.state === state).length
      return {
        id,
        by,
        title: by === 'error' ? `${newest.errorType} at ${newest.frame}` : id.replace(`${by}:`, '') || 'without a type',
        errorType: same('errorType'),
        errorMessage: newest.errorMessage,
        frame: same('frame'),
        endpoint: same('endpoint'),
        handler: same('handler'),
        type: same('type'),
        count: list.length,
        states: {
          unresolved: count('unresolved'),
          replayRequested: count('replayRequested'),
          resolved: count('resolved'),
          archived: count('archived'),
        },
        firstFailedAt: list.reduce(
          (first, { firstFailedAt }) => (firstFailedAt < first ? firstFailedAt : first),
          newest.firstFailedAt,
        ),
        lastFailedAt: newest.lastFailedAt,
        failedAgain: list.filter((each) => each.replays > 0 && each.state === 'unresolved').length,
      }
    })
    .toSorted((one, other) => other.count - one.count)
}
