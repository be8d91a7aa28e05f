import { uuid7 } from '@petrel/messaging'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { aHeartbeat, anAudit, anEntry } from '../../../../test/support/audits.ts'
import type { ConversationView } from '../conversations/conversation.ts'
import type { FoundConversation } from '../conversations/findConversations.ts'
import { type ConsoleSystem, consoleSystem } from '../testing/consoleSystem.ts'
import { tellAudits } from '../testing/tellAudits.ts'
import type { EndpointDetail } from './endpointDetail.ts'
import type { EndpointView } from './endpointView.ts'
import type { SystemMap } from './map.ts'

let shop: ConsoleSystem
beforeAll(async () => void (shop = await consoleSystem()))
afterAll(() => shop[Symbol.asyncDispose]())

const endpoint = (name: string) =>
  eventually(async () => {
    const { items } = await shop.get<{ items: EndpointView[] }>('/api/endpoints?window=1')
    const found = items.find((each) => each.name === name)
    if (found === undefined) throw new Error(`${name} is not among ${items.map((each) => each.name).join()}`)
    return found
  })

const events = async () => {
  const { items } = await shop.get<{ items: { kind: string; endpoint: string | null }[] }>('/api/events')
  return items.map(({ kind, endpoint }) => `${endpoint} ${kind}`)
}

const message = (name: string) => ({ type: name, topic: `${shop.prefix}${name}`, kind: 'event' })

function definition(hears: readonly string[], says: readonly string[]): string {
  const handles = hears.map((name) => ({ ...message(name), handler: `on ${name}` }))
  return JSON.stringify({ handles, produces: says.map(message), delayed: [], partitions: 3, groups: [] })
}

test('an endpoint that is deployed and never started is there, and nothing is known of it', async () => {
  expect(await endpoint('sales')).toMatchObject({ state: 'unknown', instances: [], failed: 0, lag: 0 })
})

test('what an endpoint does is seen: its processes, its rates, its times, and on the map', async () => {
  const now = Date.now()
  const sales = { endpoint: 'sales', instance: uuid7() }
  const billing = { endpoint: 'billing', instance: uuid7(), lane: `${shop.prefix}billing/0` }
  const about = { source: 'sales', type: 'sales.OrderPlaced', sentAt: now - 40, durationUs: 3_000 }
  await tellAudits(shop.console, [
    anAudit({ ...sales, at: now, heartbeat: aHeartbeat({ definition: definition([], ['sales.OrderPlaced']) }) }),
    anAudit({ ...billing, at: now, heartbeat: aHeartbeat({ definition: definition(['sales.OrderPlaced'], []), host: 'b-0' }) }),
    anAudit({ ...billing, at: now, messages: [anEntry(about), anEntry(about), anEntry({ ...about, outcome: 'retried' })] }),
  ])
  await shop.fail([{ id: 'waits' }])
  await eventually(async () => {
    const view = await endpoint('billing')
    expect(view).toMatchObject({
      state: 'running',
      instances: [{ host: 'b-0', state: 'running', ready: true }],
      outageGuard: false,
      rates: { 1: { handled: 2, failed: 1 }, 60: { handled: 2, failed: 1 } },
      failed: 1,
    })
    expect(view.processingMs.p95).toBeLessThan(5)
    expect(view.criticalMs.p50).toBeGreaterThan(20)
    expect(Math.max(...view.series.throughput)).toBe(2)
  })
  const detail = await shop.get<EndpointDetail>('/api/endpoints/billing?window=5')
  expect(detail.types).toMatchObject([{ type: 'sales.OrderPlaced', handler: 'on sales.OrderPlaced', handled: 2, failed: 1 }])
  const lane = detail.partitions.filter(({ group, partition }) => group === `${shop.prefix}billing` && partition === 0)
  expect(lane.length).toBeGreaterThan(0)
  for (const { instance } of lane) expect(instance).toBe(billing.instance)
  const { edges } = await shop.get<SystemMap>('/api/map')
  expect(edges).toMatchObject([{ from: 'sales', to: 'billing', types: ['sales.OrderPlaced'], failed: 1 }])
})

test('an order waits for those who have not handled it, in the list as in itself', async () => {
  const heard = {
    source: 'sales',
    type: 'sales.OrderPlaced',
    topic: `${shop.prefix}sales.OrderPlaced`,
    key: 'waits',
    id: uuid7(),
  }
  const hearing = aHeartbeat({ startedAt: 2_000, definition: definition(['sales.OrderPlaced'], ['sales.OrderPlaced']) })
  const standing = async () => {
    const { items } = await shop.get<{ items: FoundConversation[] }>('/api/conversations')
    const { type, failed, waiting } = items.find(({ conversationId }) => conversationId === heard.id) ?? {}
    return { type, failed, waiting }
  }
  const at = Date.now()
  await tellAudits(shop.console, [
    anAudit({
      endpoint: 'sales',
      instance: uuid7(),
      at,
      heartbeat: hearing,
      messages: [anEntry({ ...heard, conversationId: heard.id })],
    }),
    anAudit({ at, heartbeat: aHeartbeat({ startedAt: 2_000, definition: definition(['sales.OrderPlaced'], []) }) }),
  ])
  await eventually(async () => expect(await standing()).toEqual({ type: 'sales.OrderPlaced', failed: 0, waiting: ['billing'] }))
  const again = anEntry({ ...heard, conversationId: heard.id, outcome: 'retried' })
  await tellAudits(shop.console, [anAudit({ at: at + 1, messages: [again] })])
  await eventually(async () => {
    const { messages, ...whole } = await shop.get<ConversationView>(`/api/conversations/${heard.id}`)
    expect(messages[0]?.handled).toHaveLength(2)
    expect(whole).toMatchObject({ failed: 0, settled: 0, waiting: ['billing'] })
  })
  expect(await standing()).toEqual({ type: 'sales.OrderPlaced', failed: 0, waiting: ['billing'] })
  const there = anEntry({
    ...heard,
    conversationId: heard.id,
    topic: 'billing.retry.2s',
    originalTopic: heard.topic,
    originalPartition: 0,
    originalOffset: 0,
  })
  await tellAudits(shop.console, [anAudit({ at: at + 2, messages: [there] })])
  await eventually(async () => expect(await standing()).toEqual({ type: 'sales.OrderPlaced', failed: 0, waiting: [] }))
})

test('what happens to an endpoint is listed in its order, and told to browsers', async () => {
  const abort = new AbortController()
  const stream = await fetch(`${shop.console.url}/api/events`, {
    headers: { accept: 'text/event-stream' },
    signal: abort.signal,
  })
  const told = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  const instance = uuid7()
  const at = Date.now()
  await tellAudits(shop.console, [
    anAudit({ endpoint: 'billing', instance, at, heartbeat: aHeartbeat() }),
    anAudit({ endpoint: 'billing', instance, at: at + 1, heartbeat: aHeartbeat({ outageGuard: true }) }),
    anAudit({ endpoint: 'billing', instance, at: at + 2, heartbeat: aHeartbeat({ stopping: true, outageGuard: true }) }),
  ])
  await eventually(async () =>
    expect((await events()).slice(0, 4)).toEqual([
      'billing outage-guard-off',
      'billing instance-stopped',
      'billing outage-guard-on',
      'billing instance-started',
    ]),
  )
  let text = ''
  while (!text.includes('event: event')) text += (await told?.read())?.value ?? ''
  abort.abort()
})

test('a process of which nothing is heard is silent, as soon as all that it said has been read', async () => {
  const instance = uuid7()
  const at = Date.now() - 31_000
  await tellAudits(shop.console, [anAudit({ endpoint: 'sales', instance, at, heartbeat: aHeartbeat({ host: 'lost' }) })])
  const silent = await eventually(async () => {
    const found = (await endpoint('sales')).instances.find(({ id }) => id === instance)
    expect(found).toMatchObject({ state: 'silent', host: 'lost' })
    return found
  })
  expect(silent?.lastSeenAt).toBe(new Date(at).toISOString())
  expect(await events()).toContain('sales instance-silent')
})

test('an endpoint that nobody knows is a 404, and a window that nobody has a 400', async () => {
  expect((await fetch(`${shop.console.url}/api/endpoints/nobody`)).status).toBe(404)
  expect((await fetch(`${shop.console.url}/api/endpoints?window=7`)).status).toBe(400)
})
