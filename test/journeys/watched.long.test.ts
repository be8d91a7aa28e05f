import { silentLog } from '@petrel/messaging'
import { processRegistry } from '@petrel/messaging/metrics'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Console, startConsole } from '../../services/console/src/console.ts'
import type { ConversationView, MessageView } from '../../services/console/src/conversations/conversation.ts'
import type { StoredConversation } from '../../services/console/src/conversations/storedConversations.ts'
import type { EndpointView } from '../../services/console/src/monitoring/endpointView.ts'
import type { SystemMap } from '../../services/console/src/monitoring/map.ts'
import { settingsSchema } from '../../services/console/src/settings.ts'
import { receiver } from '../../services/console/src/testing/receiver.ts'
import { runPetrel } from '../../packages/cli/src/testing/runPetrel.ts'
import { getJson } from '../support/http.ts'
import { endpoints, openShop, type Shop, wholeJourney } from '../support/shop.ts'
import { eventually } from '../support/stack.ts'

// What the console sees of the real shop, in one order: each test goes on where the one before it has ended.

let shop: Shop
let console: Console
const hook = await receiver()

beforeAll(async () => {
  hook.status = 503
  shop = await openShop()
  console = await openConsole()
})
afterAll(async () => {
  await console.close()
  await shop[Symbol.asyncDispose]()
  await hook[Symbol.asyncDispose]()
})

async function openConsole(): Promise<Console> {
  const webhooks = JSON.stringify([{ url: hook.url, kinds: ['endpoint-stopped', 'endpoint-silent'] }])
  const env = { ...(await shop.system.env('console')), CONSOLE_PORT: '0', CONSOLE_WEBHOOKS: webhooks }
  return startConsole({
    settings: settingsSchema.parse(env),
    log: silentLog,
    registry: processRegistry('console'),
    lookEveryMs: 500,
  })
}

const get = <T>(path: string) => getJson<T>(console.url + path)

async function endpointNamed(name: string): Promise<EndpointView> {
  const { items } = await get<{ items: EndpointView[] }>('/api/endpoints?window=1')
  const found = items.find((each) => each.name === name)
  if (found === undefined) throw new Error(`the console does not know ${name}`)
  return found
}

/** The conversation of an order, as soon as there is one. */
const conversationOf = (orderId: string) =>
  eventually(async () => {
    const { items } = await get<{ items: StoredConversation[] }>(`/api/conversations?q=${orderId}`)
    const [found] = items
    if (found === undefined) throw new Error(`no conversation of order ${orderId}`)
    const view = await get<ConversationView>(`/api/conversations/${encodeURIComponent(found.conversationId)}?key=${orderId}`)
    return { ...view, found }
  })

const typeOf = ({ type }: MessageView) => type?.split('.').at(-1)
const messageOf = (view: ConversationView, type: string) => view.messages.find((message) => typeOf(message) === type)

const eventsOf = async (endpoint: string) => {
  const { items } = await get<{ items: { kind: string; endpoint: string | null }[] }>('/api/events?limit=200')
  return items.filter((event) => event.endpoint === endpoint).map(({ kind }) => kind)
}

test('all endpoints are there and run', async () => {
  await eventually(async () => {
    for (const name of endpoints) expect(await endpointNamed(name)).toMatchObject({ state: 'running', lag: 0 })
  })
})

test('an order that went well is seen whole: who said what to whom, how long it took, and what the saga is', async () => {
  const orderId = await shop.placeOrder()
  await shop.orderHas(orderId, wholeJourney)
  await eventually(async () => {
    const view = await conversationOf(orderId)
    expect(view.found).toMatchObject({ key: orderId, failed: 0 })
    expect(view.messages.map(typeOf)).toEqual(
      expect.arrayContaining(['PlaceOrder', 'OrderPlaced', 'OrderBilled', 'OrderShipped']),
    )
    for (const { handled, waiting } of view.messages) {
      expect(waiting).toEqual([])
      for (const { outcome, durationUs } of handled) {
        expect(outcome).toBe('handled')
        expect(durationUs).toBeGreaterThan(0)
      }
    }
    const placing = messageOf(view, 'PlaceOrder')
    expect(placing).toMatchObject({ from: 'client-ui', kind: 'command', causationId: null })
    expect(placing?.handled).toMatchObject([{ endpoint: 'sales', handler: 'PlaceOrder', attempt: 1 }])
    const placed = messageOf(view, 'OrderPlaced')
    expect(placed).toMatchObject({ from: 'sales', kind: 'event', causationId: placing?.id })
    expect(placed?.handled.map(({ endpoint }) => endpoint).toSorted()).toEqual(['billing', 'client-ui', 'shipping', 'stock'])
    expect(view.sagas).toContainEqual(expect.objectContaining({ endpoint: 'shipping', id: orderId }))
  })

  const { code, out } = await runPetrel(['order', orderId, '--console', console.url], {}, import.meta.dirname)
  expect(code).toBe(0)
  expect(out).toMatch(/PlaceOrder from client-ui .*\n.*sales handled it in .*\n/)
  expect(out).toMatch(/OrderBilled from billing/)
})

test('the map has who says what to whom, and how often', async () => {
  await eventually(async () => {
    const { nodes, edges } = await get<SystemMap>('/api/map')
    expect(nodes.map(({ name }) => name)).toEqual(expect.arrayContaining([...endpoints]))
    const edge = edges.find(({ from, to }) => from === 'sales' && to === 'billing')
    expect(edge?.types).toContain('sales.OrderPlaced')
    expect(edge?.perSecond).toBeGreaterThan(0)
  })
})

test('an endpoint that was stopped in order is stopped, and what waits for it is its lag', async () => {
  await shop.stop('loyalty')
  await eventually(async () => expect(await endpointNamed('loyalty')).toMatchObject({ state: 'stopped' }))
  const orderId = await shop.placeOrder()
  await shop.orderHas(orderId, ['OrderBilled'])
  await eventually(async () => {
    expect(messageOf(await conversationOf(orderId), 'OrderBilled')?.waiting).toEqual(['loyalty'])
    const { lag, oldestWaitingSeconds } = await endpointNamed('loyalty')
    expect(lag).toBeGreaterThan(0)
    expect(oldestWaitingSeconds).toBeGreaterThan(0)
  })
  await shop.start('loyalty')
  await eventually(async () => {
    expect(messageOf(await conversationOf(orderId), 'OrderBilled')?.waiting).toEqual([])
    expect(await endpointNamed('loyalty')).toMatchObject({ state: 'running', lag: 0 })
  })
  expect((await eventsOf('loyalty')).slice(0, 2)).toEqual(['endpoint-started', 'endpoint-stopped'])
})

test('an endpoint that was killed is silent, and an order that nobody has handled is found in its topic', async () => {
  await shop.kill('sales')
  const orderId = await shop.placeOrder()
  const view = await conversationOf(orderId)
  expect(view.messages).toMatchObject([{ from: 'client-ui', key: orderId, handled: [], waiting: ['sales'] }])
  await eventually(async () => expect(await endpointNamed('sales')).toMatchObject({ state: 'silent' }), { withinMs: 60_000 })
  expect((await eventsOf('sales'))[0]).toBe('endpoint-silent')
})

test('whoever is told by webhook is told of it by a console that has started since', async () => {
  await console.close()
  hook.status = 200
  hook.received.length = 0
  console = await openConsole()
  const told = () => hook.received.map(({ body }) => JSON.parse(body) as { kind: string; endpoint: string })
  await eventually(
    () =>
      expect(told().map(({ kind, endpoint }) => `${endpoint} ${kind}`)).toEqual(
        expect.arrayContaining(['loyalty endpoint-stopped', 'sales endpoint-silent']),
      ),
    { withinMs: 100_000 },
  )
  expect(await endpointNamed('sales'), 'what was known is known').toMatchObject({ state: 'silent' })
  await shop.start('sales')
  await eventually(async () => expect(await endpointNamed('sales')).toMatchObject({ state: 'running' }))
})
