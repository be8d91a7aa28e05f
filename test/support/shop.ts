import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Service } from '@petrel/messaging'
import { type Broker, type Failure, kafkajsBroker, listFailures, silentLog } from '@petrel/messaging/operations'
import { ROOT } from '../../deploy/local/folders.ts'
import { startMailbox } from '../../services/mailbox/src/mailbox.ts'
import { connectionsOf } from '../../deploy/local/shop/connections.ts'
import { letOthersGoFirst } from '../../deploy/local/processes/guardedProcess.ts'
import { isFrontEnd } from '../../deploy/local/processes/serviceProcess.ts'
import { ADMINISTRATOR } from '../../deploy/local/stack/security.ts'
import type { BrokerRecord } from '../../packages/messaging/src/broker/port.ts'
import { fetchOk, getJson, jsonBody } from './http.ts'
import { lags } from './lag.ts'
import { deployServices, fillShelves, hireShopkeeper, openForBusiness } from './shopkeeper.ts'
import { eventually, joined, type RunningService, type TestSystem, type TestSystemOptions, testSystem } from './stack.ts'

/** The services that handle messages, each a process of its own. */
export const endpoints = ['sales', 'billing', 'stock', 'shipping', 'email', 'loyalty', 'client-ui'] as const
export type EndpointName = (typeof endpoints)[number]

/** Every process of the shop. */
export const services = [...endpoints, 'payment-gateway'] as const
export type ServiceName = (typeof services)[number]

/** What `GET /api/orders/{id}` says. */
export interface OrderView {
  readonly orderId: string
  readonly status: string
  readonly acceptedAt: string | null
  readonly totalCents: number | null
  /** Null where it was not traced. */
  readonly traceId: string | null
  readonly history: readonly { readonly type: string; readonly at: string }[]
}

export interface Charges {
  readonly charges: readonly { readonly chargeId: string; readonly amountCents: number }[]
  readonly refunds: readonly object[]
  readonly declines: readonly object[]
}

/** What the payment gateway has counted. */
export interface Totals {
  readonly charges: number
  readonly refunds: number
  readonly declines: number
  readonly ordersChargedTwice: number
}

export interface Mail {
  readonly messageId: string
  readonly subject: string
}

export interface OrderRequest {
  readonly customerId: string
  readonly email: string
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
}

/** A whole shop of a test's own, seen from outside: by HTTP, and by what waits in its topics. */
export interface Shop {
  readonly system: TestSystem
  readonly broker: Broker
  /** Sends what no page would send. */
  readonly keeper: Service
  /** The processes that run now. */
  readonly running: ReadonlyMap<ServiceName, RunningService>
  /** Starts a service; resolves when it does its work. @param root of another version than this one */
  start(name: ServiceName, env?: Readonly<Record<string, string>>, root?: string): Promise<RunningService>
  stop(name: ServiceName): Promise<void>
  /** SIGKILL. */
  kill(name: ServiceName): Promise<void>
  /** The answer to one request, whatever it is. @throws when there is none */
  requestOrder(order: Partial<OrderRequest>, idempotencyKey?: string, signal?: AbortSignal): Promise<Response>
  /** @returns the order's id */
  placeOrder(order?: Partial<OrderRequest>): Promise<string>
  /** The answer to a wish to cancel, whatever it is. */
  requestCancellation(orderId: string): Promise<Response>
  order(orderId: string): Promise<OrderView>
  /** Waits until the order's history has all of these. */
  orderHas(orderId: string, types: readonly string[], withinMs?: number): Promise<OrderView>
  charges(orderId: string): Promise<Charges>
  totals(): Promise<Totals>
  mails(to: string): Promise<Mail[]>
  points(customerId: string): Promise<number>
  /** Tells the payment gateway how to behave from now on. */
  gatewayBehaves(behaviour: Readonly<Record<string, unknown>>): Promise<void>
  failures(name?: EndpointName): Promise<Failure[]>
  /** All records of a topic, which is named without the prefix. */
  records(topic: string): Promise<BrokerRecord[]>
  /** What the groups of these endpoints have not committed yet; empty when they are done. */
  lags(names?: readonly EndpointName[]): Promise<Map<string, bigint>>
  [Symbol.asyncDispose](): Promise<void>
}

/** Shares of the requests, from 0 to 1. */
export interface GatewayBehaviour {
  readonly declineRate: number
  readonly failureRate: number
}

/** What a journey needs of a shop: the real one, or the one in memory. */
export interface JourneyShop extends Pick<Shop, 'placeOrder' | 'order' | 'charges' | 'mails' | 'points' | 'failures'> {
  /** The order as soon as its history has all of these. */
  orderHas(orderId: string, types: readonly string[]): Promise<OrderView>
  /** Tells the payment gateway how often to decline, and how often to fail. */
  gatewayBehaves(behaviour: Partial<GatewayBehaviour>): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** An order that goes well. */
export const anOrder: OrderRequest = {
  customerId: 'ada',
  email: 'ada@example.org',
  lines: [{ sku: 'green-tea', quantity: 2 }],
}

/** @throws Error when the order's history lacks one of these */
export function requireTypes(order: OrderView, types: readonly string[]): OrderView {
  const missing = types.filter((type) => !order.history.some((step) => step.type === type))
  if (missing.length > 0) throw new Error(`order ${order.orderId} has no ${missing.join(', ')}; it is ${order.status}`)
  return order
}

/** Everything that an order which goes well leaves on its page. */
export const wholeJourney = ['OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped', 'CustomerNotified', 'PointsAwarded']

export const typesOf = ({ history }: OrderView): string[] => history.map(({ type }) => type).toSorted()

/** The same without alarms: one about an order that waits for a busy or absent service is in order. */
export const stepsOf = (view: OrderView): string[] => typesOf(view).filter((type) => type !== 'ShipmentDelayed')

export interface ShopOptions extends TestSystemOptions {
  readonly without?: readonly EndpointName[]
  /** Default: in this process. */
  readonly openMailbox?: typeof startMailbox
  /** For all its processes, besides what they need. */
  readonly env?: Readonly<Record<string, string>>
  /** Of which it is at first. Default: this one. */
  readonly version?: Version
  /** The others wait for the page where cores are few, as with `npm start`. Default: all are equal, so that a busy machine starves none. */
  readonly pageGoesFirst?: boolean
}

/** Of the whole project. */
export interface Version {
  /** Where its files are. */
  readonly root: string
  /** Makes topics, schemas and tables as this version knows them. */
  deploy(system: TestSystem, broker: Broker): Promise<void>
}

export const thisVersion: Version = { root: ROOT, deploy: deployServices }

/** Opens a shop with all services running but those left out, and a shelf full of tea and cups. */
export async function openShop({
  without = [],
  addresses,
  pooler,
  openMailbox = startMailbox,
  env = {},
  version = thisVersion,
  pageGoesFirst = false,
}: ShopOptions = {}): Promise<Shop> {
  const system = await testSystem({ addresses, pooler })
  const broker = kafkajsBroker({ ...connectionsOf(system.addresses, ADMINISTRATOR).kafka, clientId: 'test', log: silentLog })
  const mailsDir = await mkdtemp(join(tmpdir(), 'petrel-mails-'))
  const { smtp: smtpPort, mailbox: httpPort, clientUi: shopPort } = system.ports
  const mailbox = await openMailbox({ dataDir: mailsDir, smtpPort, httpPort, shopPort })
  let keeper: Service | undefined
  const close = async () => {
    await keeper?.stop()
    await broker.close()
    await system.cleanup()
    await mailbox.stop()
    await rm(mailsDir, { recursive: true, force: true })
  }
  try {
    await version.deploy(system, broker)
    keeper = await hireShopkeeper(system, broker)
    const shop = shopOf(withEnvironment(pageGoesFirst ? behindThePage(system) : system, env), broker, keeper, close)
    const opening = services.filter((name) => name === 'payment-gateway' || !without.includes(name))
    await Promise.all([fillShelves(keeper), ...opening.map((name) => shop.start(name, {}, version.root))])
    await openForBusiness(`http://127.0.0.1:${system.ports.clientUi}`)
    return shop
  } catch (error) {
    await close()
    throw error
  }
}

const withEnvironment = (system: TestSystem, common: NonNullable<ShopOptions['env']>): TestSystem => ({
  ...system,
  startService: (name, env, root) => system.startService(name, { ...common, ...env }, root),
})

const behindThePage = (system: TestSystem): TestSystem => ({
  ...system,
  startService: async (name, env, root) => {
    const running = await system.startService(name, env, root)
    if (!isFrontEnd(name)) letOthersGoFirst(running)
    return running
  },
})

function shopOf(system: TestSystem, broker: Broker, keeper: Service, close: () => Promise<void>): Shop {
  const { prefix, ports } = system
  const running = new Map<ServiceName, RunningService>()
  const [page, gateway, loyalty, mailbox] = [ports.clientUi, ports.paymentGateway, ports.loyalty, ports.mailbox].map(
    (port) => `http://127.0.0.1:${port}`,
  )
  const shop: Shop = {
    system,
    broker,
    keeper,
    running,
    async start(name, env = {}, root) {
      const service = await system.startService(name, env, root)
      running.set(name, service)
      if (name === 'payment-gateway') await eventually(() => fetchOk(`${gateway}/ready`))
      else await joined(service)
      return service
    },
    async stop(name) {
      await running.get(name)?.stop()
      running.delete(name)
    },
    async kill(name) {
      await running.get(name)?.kill('SIGKILL')
      running.delete(name)
    },
    requestOrder(order, idempotencyKey, signal) {
      const wanted = { ...anOrder, ...order }
      const headers: Record<string, string> = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
      return fetch(`${page}/api/orders`, { ...jsonBody('POST', wanted, headers), signal: signal ?? null })
    },
    async placeOrder(order = {}) {
      const response = await shop.requestOrder(order)
      if (response.status !== 202) throw new Error(`The page answered ${response.status}: ${await response.text()}`)
      return ((await response.json()) as { orderId: string }).orderId
    },
    requestCancellation: (orderId) => fetch(`${page}/api/orders/${orderId}/cancel`, { method: 'POST' }),
    order: (orderId) => getJson(`${page}/api/orders/${orderId}`),
    orderHas: (orderId, types, withinMs = 60_000) =>
      eventually(async () => requireTypes(await shop.order(orderId), types), { withinMs }).catch(async (error: unknown) => {
        throw new Error(`${error instanceof Error ? error.message : String(error)}\n${await situationOf(shop)}`, { cause: error })
      }),
    charges: (orderId) => getJson(`${gateway}/charges?orderId=${orderId}`),
    totals: () => getJson(`${gateway}/charges`),
    mails: (to) => getJson(`${mailbox}/api/mails?to=${encodeURIComponent(to)}`),
    points: async (customerId) => (await getJson<{ points: number }>(`${loyalty}/customers/${customerId}/points`)).points,
    async gatewayBehaves(behaviour) {
      const now = await getJson<object>(`${gateway}/behaviour`)
      await fetchOk(`${gateway}/behaviour`, jsonBody('PUT', { ...now, ...behaviour }))
    },
    failures: (name) => listFailures({ admin: broker.admin, prefix }, name),
    async records(topic) {
      const found: BrokerRecord[] = []
      for await (const record of broker.admin.read(prefix + topic)) found.push(record)
      return found
    },
    lags: (names = endpoints) => lags(broker, prefix, names),
    [Symbol.asyncDispose]: close,
  }
  return shop
}

const warning = 40

/** For whoever asks why an order does not go on: what waits, and what the services have warned of last. */
async function situationOf(shop: Shop): Promise<string> {
  const waiting = await shop.lags().then((all) => [...all].map(([name, count]) => `${count} for ${name}`).join(', '), String)
  const warnings = [...shop.running.values()].flatMap(({ name, logs }) =>
    logs
      .filter(({ level = 0 }) => level >= warning)
      .slice(-5)
      .map((line) => `${name}: ${JSON.stringify(line)}`),
  )
  return [`What waits: ${waiting}`, ...warnings].join('\n')
}
