import { idOf } from './story.ts'

/** A number between 0 and 1 that looks like chance, and is the same each time. */
const wobble = (seed: number): number => Math.abs(Math.sin(seed * 12.9898) * 43_758.5453) % 1

const seriesOf = (base: number, seed: number, spread = 0.35) =>
  Array.from({ length: 60 }, (_, at) =>
    Math.max(0, base * (1 + spread * (Math.sin((at + seed) / 7) + wobble(at + seed * 61) - 0.5))),
  )

interface StoryEndpoint {
  readonly name: string
  readonly perSecond: number
  readonly processingMs: number
  readonly criticalMs: number
  readonly instances?: number
  readonly state?: 'running' | 'silent' | 'stopped' | 'unknown'
}

const endpoints: readonly StoryEndpoint[] = [
  { name: 'billing', perSecond: 11.8, processingMs: 41, criticalMs: 96 },
  { name: 'client-ui', perSecond: 68, processingMs: 0.9, criticalMs: 34, instances: 2 },
  { name: 'email', perSecond: 11.2, processingMs: 24, criticalMs: 71 },
  { name: 'loyalty', perSecond: 11.3, processingMs: 2.6, criticalMs: 44 },
  { name: 'sales', perSecond: 12.1, processingMs: 3.9, criticalMs: 28, instances: 2 },
  { name: 'shipping', perSecond: 35, processingMs: 2.3, criticalMs: 39 },
  { name: 'shopkeeper', perSecond: 0, processingMs: 0, criticalMs: 0, state: 'stopped' },
  { name: 'stock', perSecond: 12.4, processingMs: 5.8, criticalMs: 40 },
]

export interface Troubles {
  readonly failed: Readonly<Record<string, number>>
  readonly guards: readonly string[]
  readonly silent: readonly string[]
}

function instancesOf({ name, perSecond, instances = 1, state = 'running' }: StoryEndpoint, isSilent: boolean, now: number) {
  return Array.from({ length: instances }, (_, at) => ({
    id: idOf(at + 1, 70 + name.length),
    host: `${name}-${['7c9f', 'x2lq'][at] ?? at}`,
    pid: 1,
    version: '0.1.0',
    startedAt: new Date(now - 5_400_000 - at * 60_000).toISOString(),
    lastSeenAt: new Date(now - (isSilent ? 95_000 : 4_000)).toISOString(),
    ready: state === 'running' && !isSilent,
    state: isSilent ? 'silent' : state,
    perSecond: isSilent ? 0 : perSecond / instances,
  }))
}

function endpointView(each: StoryEndpoint, window: number, now: number, { failed, guards, silent }: Troubles) {
  const isSilent = silent.includes(each.name)
  const seed = each.name.length * 3 + window
  const troubled = failed[each.name] ?? 0
  return {
    name: each.name,
    state: isSilent ? 'silent' : (each.state ?? 'running'),
    instances: instancesOf(each, isSilent, now),
    outageGuard: guards.includes(each.name),
    rates: Object.fromEntries(
      [1, 5, 15, 60].map((minutes) => [
        String(minutes),
        {
          handled: Math.round(each.perSecond * minutes * 60),
          failed: troubled * 4,
          perSecond: each.perSecond * (1 + (wobble(minutes) - 0.5) / 10),
        },
      ]),
    ),
    processingMs: { p50: each.processingMs * 0.6, p95: each.processingMs },
    criticalMs: { p50: each.criticalMs * 0.7, p95: each.criticalMs },
    lag: isSilent ? 1_204 : Math.round(each.perSecond / 8),
    oldestWaitingSeconds: isSilent ? 95 : 0,
    waitingForRetry: guards.includes(each.name) ? 3 : 0,
    failed: troubled,
    series: {
      throughput: seriesOf(each.perSecond, seed),
      processing: seriesOf(each.processingMs, seed + 1, 0.2),
      critical: seriesOf(each.criticalMs, seed + 2, 0.25),
      failed: Array.from({ length: 60 }, (_, at) => (troubled > 0 && at > 44 ? Math.round(wobble(at) * 4) : 0)),
    },
  }
}

export const endpointViews = (window: number, now: number, troubles: Troubles) =>
  endpoints.map((each) => endpointView(each, window, now, troubles))

const handles: Readonly<Record<string, readonly [type: string, handler: string][]>> = {
  sales: [
    ['sales.PlaceOrder', 'placeOrder'],
    ['sales.CancelOrder', 'cancelOrder'],
    ['sales.ListProduct', 'listProduct'],
  ],
  billing: [
    ['sales.OrderPlaced', 'billOrder'],
    ['billing.RefundOrder', 'refundOrder'],
  ],
}

/** One endpoint with its parts; undefined when there is none of this name. */
export function endpointDetail(name: string, window: number, now: number, troubles: Troubles): object | undefined {
  const view = endpointViews(window, now, troubles).find((each) => each.name === name)
  if (view === undefined) return undefined
  const types = (handles[name] ?? [['sales.OrderPlaced', 'handle']]).map(([type, handler], at) => ({
    type,
    handler,
    handled: Math.round((view.rates['15']?.handled ?? 0) / (at * 9 + 1)),
    failed: at === 0 ? view.failed * 4 : 0,
    perSecond: (view.rates['15']?.perSecond ?? 0) / (at * 9 + 1),
    processingMs: view.processingMs,
    criticalMs: view.criticalMs,
  }))
  const partitions = Array.from({ length: 6 }, (_, partition) => ({
    group: name,
    topic: types[0]?.type.replace('.', '.').toLowerCase() ?? '',
    partition,
    lag: Math.round(view.lag / 6),
    oldestWaitingSeconds: view.oldestWaitingSeconds,
    instance: view.instances[partition % view.instances.length]?.id ?? null,
  }))
  return { ...view, types, partitions }
}

const links: readonly [from: string, to: string, types: string[], perSecond: number][] = [
  ['client-ui', 'sales', ['sales.PlaceOrder', 'sales.CancelOrder'], 12.1],
  ['sales', 'billing', ['sales.OrderPlaced', 'sales.OrderCancelled'], 11.8],
  ['sales', 'stock', ['sales.OrderPlaced', 'sales.ProductListed'], 11.9],
  ['sales', 'shipping', ['sales.OrderPlaced', 'sales.OrderCancelled'], 11.8],
  ['sales', 'client-ui', ['sales.OrderPlaced', 'sales.OrderCancelled'], 11.8],
  ['shopkeeper', 'sales', ['sales.ListProduct'], 0],
  ['shopkeeper', 'stock', ['stock.RestockProduct'], 0],
  ['billing', 'email', ['billing.OrderBilled', 'billing.PaymentDeclined'], 11.2],
  ['billing', 'loyalty', ['billing.OrderBilled'], 11.2],
  ['billing', 'shipping', ['billing.OrderBilled', 'billing.PaymentDeclined'], 11.2],
  ['billing', 'client-ui', ['billing.OrderBilled'], 11.2],
  ['stock', 'shipping', ['stock.StockReserved', 'stock.StockReservationRejected'], 11.9],
  ['stock', 'client-ui', ['stock.StockReserved', 'stock.StockLevelChanged'], 12.3],
  ['shipping', 'billing', ['billing.RefundOrder'], 0.05],
  ['shipping', 'stock', ['stock.ReleaseStock'], 0.4],
  ['shipping', 'client-ui', ['shipping.OrderShipped'], 11],
  ['email', 'client-ui', ['email.CustomerNotified'], 11.1],
  ['loyalty', 'client-ui', ['loyalty.PointsAwarded'], 11.1],
]

export const mapView = (now: number, troubles: Troubles): object => ({
  nodes: endpointViews(1, now, troubles).map(({ name, state, failed, lag }) => ({ name, state, failed, lag })),
  edges: links.map(([from, to, types, perSecond]) => ({
    from,
    to,
    types,
    perSecond,
    failed: to === 'sales' && from === 'client-ui' ? (troubles.failed['sales'] ?? 0) : 0,
  })),
})

export const storyChecks = (now: number): object[] => [
  {
    name: 'payment gateway',
    url: 'http://payment-gateway:8070/live',
    endpoint: 'billing',
    passes: false,
    since: new Date(now - 127 * 60_000).toISOString(),
    checkedAt: new Date(now - 9_000).toISOString(),
    detail: 'it answered 503',
  },
  {
    name: 'room for logs',
    url: 'http://disk-watch:9100/room',
    endpoint: null,
    passes: true,
    since: new Date(now - 2 * 86_400_000).toISOString(),
    checkedAt: new Date(now - 20_000).toISOString(),
    detail: null,
  },
]
