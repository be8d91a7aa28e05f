import type { Router } from '@koa/router'
import { notFound } from '@petrel/pages'
import type { Context, Middleware } from 'koa'
import { answerChanges } from '../http/eventStream.ts'
import { bodyIn, queryIn, written } from './fakeFailureRoutes.ts'
import type { FakeStore } from './fakeStore.ts'
import type { StoryFailure } from './story.ts'
import { conversationOf, wellConversation } from './storyConversations.ts'
import { endpointDetail, endpointViews, mapView, storyChecks } from './storyEndpoints.ts'

const windowIn = (ctx: Context): number => Number(ctx.query['window'] ?? 15)

/** Endpoints, the map, events, the log of actions. @param isNew nothing was heard and nothing has happened yet */
export function watchRoutes(router: Router, store: FakeStore, isNew: boolean): void {
  router.get('/api/endpoints', (ctx) => {
    ctx.body = { items: isNew ? [] : endpointViews(windowIn(ctx), Date.now(), store.troubles()) }
  })
  router.get('/api/endpoints/:name', (ctx) => {
    const found = endpointDetail(ctx.params['name'] ?? '', windowIn(ctx), Date.now(), store.troubles())
    if (found === undefined) throw notFound(`There is no endpoint ${ctx.params['name']}.`)
    ctx.body = found
  })
  router.get('/api/map', (ctx) => void (ctx.body = isNew ? { nodes: [], edges: [] } : mapView(Date.now(), store.troubles())))
  router.get('/api/events', (ctx) => {
    if (ctx.accepts('application/json', 'text/event-stream') === 'text/event-stream') return answerChanges(ctx, store.hub)
    const limit = Number(ctx.query['limit'] ?? 50)
    ctx.body = { items: store.happenings.slice(0, limit), next: store.happenings.length > limit ? 'more' : null }
  })
  router.get('/api/checks', (ctx) => void (ctx.body = { items: isNew ? [] : storyChecks(Date.now()) }))
  router.get('/api/actions', (ctx) => void (ctx.body = { items: store.actions.slice(0, 50), next: null }))
}

/** Orders that went well have these numbers. */
const wellOnes = Array.from({ length: 12 }, (_, at) => at + 500)

/** Orders, found and whole. */
export function conversationRoutes(router: Router, store: FakeStore, isNew: boolean): void {
  router.get('/api/conversations', (ctx) => {
    const { q = '' } = queryIn(ctx)
    const items = [...stuckOnes(store), ...(isNew ? [] : doneOnes(Date.now()))]
    ctx.body = { items: items.filter(({ conversationId, key }) => q === '' || conversationId === q || (key ?? '').includes(q)) }
  })
  router.get('/api/conversations/:id', (ctx) => {
    const { id = '' } = ctx.params
    const failure = store.failures.find(({ conversationId }) => conversationId === id)
    const number = Number.parseInt(id.slice(-12), 16)
    if (failure !== undefined) ctx.body = { ...conversationOf(failure), ...nothingFailed, failed: 1, traceUrl: null }
    else if (wellOnes.includes(number))
      ctx.body = { ...wellConversation(number, Date.now() - 60_000), ...nothingFailed, traceId: null, traceUrl: null, sagas: [] }
    else throw notFound('Nothing is known of this conversation.')
  })
}

const nothingFailed = { failed: 0, settled: 0, waiting: [] }

const latest = (failures: readonly StoryFailure[]) =>
  failures.toSorted((one, other) => other.sentAt.localeCompare(one.sentAt)).slice(0, 7)

const stuckOnes = ({ failures }: FakeStore) =>
  latest(failures).map(({ conversationId, key, type, sentAt, lastFailedAt }) => ({
    conversationId,
    key,
    type,
    startedAt: sentAt,
    lastAt: lastFailedAt,
    messages: 1,
    ...nothingFailed,
    failed: 1,
  }))

const doneOnes = (now: number) =>
  wellOnes.map((number, at) => {
    const { conversationId, key, messages } = wellConversation(number, 0)
    const began = now - 9_000 - at * 31_000
    const times = { startedAt: new Date(began).toISOString(), lastAt: new Date(began + 158).toISOString() }
    return { conversationId, key, type: 'sales.PlaceOrder', ...times, messages: messages.length, ...nothingFailed }
  })

const breakable = ['sales', 'billing', 'stock', 'shipping', 'email', 'loyalty']

/** Faults of services that only remember them. */
export function breakItRoutes(router: Router, store: FakeStore, changes: Middleware): void {
  const faults = new Map<string, string | null>()
  const stopped = new Set<string>()
  let gateway: object = { requestsPerSecond: null, latencyMs: 0, failureRate: 0, declineRate: 0 }
  const service = (name: string) => {
    const fault = faults.get(name) ?? null
    return { name, isRunning: !stopped.has(name), isBroken: fault !== null, fault, canBreak: true, canStop: true }
  }
  router.get('/api/faults', (ctx) => void (ctx.body = { services: breakable.map(service), gateway, how: 'local' }))
  router.put('/api/faults/:service', changes, (ctx) => {
    written(ctx, store, 'break', null)
    faults.set(ctx.params['service'] ?? '', (bodyIn(ctx)['fault'] as string | null | undefined) ?? null)
    ctx.body = {}
  })
  router.put('/api/gateway', changes, (ctx) => {
    written(ctx, store, 'gateway', null)
    gateway = { ...gateway, ...bodyIn(ctx) }
    ctx.body = gateway
  })
  router.post('/api/services/:name/:act', changes, (ctx) => {
    const { name = '', act = '' } = ctx.params
    written(ctx, store, act, null)
    if (act === 'stop') stopped.add(name)
    else stopped.delete(name)
    ctx.body = {}
  })
}
