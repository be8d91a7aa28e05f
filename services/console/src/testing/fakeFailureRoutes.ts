import { randomUUID } from 'node:crypto'
import type { Router } from '@koa/router'
import { notFound } from '@petrel/pages'
import type { Context, Middleware } from 'koa'
import { badRequest, type FieldError } from '../http/problem.ts'
import { type FakeStore, replayView } from './fakeStore.ts'
import { filtered, groupsOf } from './selecting.ts'
import { type StoryFailure } from './story.ts'
import { detailOf, editableOf } from './storyDetail.ts'

type Body = Readonly<Record<string, unknown>>
type Query = Readonly<Record<string, string>>

export const bodyIn = (ctx: Context): Body => (ctx.request as { body?: Body }).body ?? {}
export const queryIn = (ctx: Context): Query => ctx.query as Query

/** Writes down what was asked for. */
export function written(ctx: Context, store: FakeStore, what: string, count: number | null): void {
  const body = bodyIn(ctx)
  const { ids, group, by, filter } = body
  store.asked.push({ path: ctx.path, body })
  store.acted({ what, count, selection: { ids, group, by, filter } })
}

/** Everything about failed messages. @param refusals what is wrong with an edited message */
export function failureRoutes(
  router: Router,
  store: FakeStore,
  changes: Middleware,
  refusals: () => readonly FieldError[],
): void {
  readingRoutes(router, store)
  editingRoutes(router, store, changes, refusals)
  replayRoutes(router, store, changes)
  for (const [path, from, to] of [
    ['archive', 'unresolved', 'archived'],
    ['restore', 'archived', 'unresolved'],
  ] as const)
    router.post(`/api/${path}`, changes, (ctx) => {
      const changed = store.move(bodyIn(ctx), from, to)
      written(ctx, store, path, changed)
      ctx.body = { changed }
    })
}

function readingRoutes(router: Router, store: FakeStore): void {
  router.get('/api/groups', (ctx) => {
    const { by = 'error', ...filter } = queryIn(ctx)
    const items = groupsOf(filtered(store.failures, filter), by).map((group) => ({
      ...group,
      note: store.notes.get(group.id) ?? null,
    }))
    ctx.body = { items, total: items.length }
  })
  router.get('/api/failures', (ctx) => {
    const { limit = '50', cursor = '0', sort = '-lastFailedAt', ...filter } = queryIn(ctx)
    const found = sortedBy(filtered(store.failures, filter), sort)
    const next = Number(cursor) + Number(limit)
    ctx.body = { total: found.length, items: found.slice(Number(cursor), next), next: next < found.length ? String(next) : null }
  })
  router.get('/api/failures/:id', (ctx) => {
    const isOpen = ctx.query['unmasked'] === 'true'
    if (isOpen) written(ctx, store, 'show', 1)
    ctx.body = detailOf(failureIn(ctx, store), isOpen)
  })
}

function sortedBy(failures: StoryFailure[], sort: string): StoryFailure[] {
  const name = sort.replace('-', '') as 'lastFailedAt' | 'firstFailedAt' | 'attempts'
  const way = sort.startsWith('-') ? -1 : 1
  return failures.toSorted((one, other) => (one[name] < other[name] ? -way : one[name] > other[name] ? way : 0))
}

/** @throws Problem 404 */
function failureIn(ctx: Context & { readonly params: Query }, { failures }: FakeStore): StoryFailure {
  const found = failures.find(({ id }) => id === ctx.params['id'])
  if (found === undefined) throw notFound(`There is no failure ${ctx.params['id']}.`)
  return found
}

function editingRoutes(router: Router, store: FakeStore, changes: Middleware, refusals: () => readonly FieldError[]): void {
  router.put('/api/groups/:id/note', changes, (ctx) => {
    written(ctx, store, 'note', null)
    store.notes.set(ctx.params['id'] ?? '', String(bodyIn(ctx)['text']))
    store.tell('groups')
    ctx.status = 204
  })
  router.get('/api/failures/:id/editable', changes, (ctx) => void (ctx.body = editableOf(failureIn(ctx, store))))
  router.post('/api/failures/:id/edit-and-replay', changes, (ctx) => {
    written(ctx, store, 'edit', 1)
    const wrong = refusals()
    if (wrong.length > 0) throw badRequest(wrong, 422)
    const { replayId } = store.replay([failureIn(ctx, store)])
    ctx.status = 202
    ctx.body = { replayId, messageId: randomUUID() }
  })
}

function replayRoutes(router: Router, store: FakeStore, changes: Middleware): void {
  router.post('/api/replays', changes, (ctx) => {
    const body = bodyIn(ctx)
    const { own, foreign, leftOut } = store.sendable(body)
    const sending = body['toOriginalTopic'] === true ? [...own, ...foreign] : own
    if (body['dryRun'] === true) {
      store.asked.push({ path: ctx.path, body })
      ctx.body = { total: sending.length, leftOut, to: placesOf(own, foreign) }
    } else {
      written(ctx, store, 'replay', sending.length)
      ctx.body = { replayId: store.replay(sending).replayId, total: sending.length, leftOut }
      ctx.status = 202
    }
  })
  const replayIn = ({ params }: { readonly params: Query }) => {
    const found = store.replays.find(({ replayId }) => replayId === params['id'])
    if (found === undefined) throw notFound('There is no such replay.')
    return found
  }
  router.get('/api/replays/:id', (ctx) => void (ctx.body = replayView(replayIn(ctx))))
  router.post('/api/replays/:id/cancel', changes, (ctx) => {
    written(ctx, store, 'cancel replay', null)
    const replay = replayIn(ctx)
    replay.state = 'cancelled'
    store.changed()
    ctx.body = replayView(replay)
  })
}

function placesOf(own: readonly StoryFailure[], foreign: readonly StoryFailure[]): object[] {
  const petrel = [...Map.groupBy(own, ({ endpoint }) => endpoint)].map(([endpoint, list]) => ({
    endpoint,
    topic: `${endpoint}.replay`,
    count: list.length,
  }))
  const others =
    foreign.length > 0 ? [{ endpoint: 'invoices', topic: 'invoices', count: foreign.length, everySubscriber: true }] : []
  return [...petrel, ...others]
}
