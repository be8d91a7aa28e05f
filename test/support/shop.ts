import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endpoint, readSettings, type Service, start } from '@petrel/messaging'
import { ListProduct, RestockProduct } from '@petrel/contracts'
import { type Broker, confluentRegistry, deployAll, type Failure, kafkajsBroker, listFailures } from '@petrel/messaging/operations'
import { ROOT } from '../../deploy/local/folders.ts'
import { silentLog } from '../../packages/messaging/src/log.ts'
import { startMailbox } from '../../deploy/local/mailbox/mailbox.ts'
import { loadServices } from '../../packages/cli/src/services.ts'
import type { Addresses } from './oneStack.ts'
import { eventually, joined, type RunningService, type TestSystem, testSystem } from './stack.ts'

/** The services that hear messages, each a process of its own. */
export const endpoints = ['sales', 'billing', 'stock', 'shipping', 'email', 'loyalty', 'client-ui'] as const
export type EndpointName = (typeof endpoints)[number]

/** What `GET /api/orders/{id}` says. */
export interface OrderView {
  readonly orderId: string
  readonly status: string
  readonly totalCents: number | null
  readonly history: readonly { readonly type: string; readonly at: string }[]
}

export interface Charges {
  readonly charges: readonly { readonly chargeId: string; readonly amountCents: number }[]
  readonly refunds: readonly object[]
  readonly declines: readonly object[]
}

export interface Mail {
  readonly messageId: string
  readonly subject: string
}

/** A whole shop of a test's own, seen from outside: by HTTP, and by what waits in the dead letter topics. */
export interface Shop {
  readonly system: TestSystem
  readonly broker: Broker
  /** The processes that run now. */
  readonly running: ReadonlyMap<EndpointName | 'payment-gateway', RunningService>
  /** Starts a service; resolves when it handles messages. */
  start(name: EndpointName, env?: Readonly<Record<string, string>>): Promise<RunningService>
  stop(name: EndpointName): Promise<void>
  /** SIGKILL. */
  kill(name: EndpointName): Promise<void>
  /** @returns the order's id */
  placeOrder(order?: Partial<OrderRequest>): Promise<string>
  order(orderId: string): Promise<OrderView>
  /** Waits until the order's history has all of these. */
  orderHas(orderId: string, types: readonly string[], withinMs?: number): Promise<OrderView>
  charges(orderId: string): Promise<Charges>
  mails(to: string): Promise<Mail[]>
  points(customerId: string): Promise<number>
  /** Tells the payment gateway how to behave from now on. */
  gatewayBehaves(behaviour: Readonly<Record<string, unknown>>): Promise<void>
  failures(name?: EndpointName): Promise<Failure[]>
  [Symbol.asyncDispose](): Promise<void>
}

export interface OrderRequest {
  readonly customerId: string
  readonly email: string
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
}

/** Everything that an order which goes well leaves on its page. */
export const wholeJourney = ['OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped', 'CustomerNotified', 'PointsAwarded']

const shopkeeper = endpoint({ name: 'shopkeeper', says: [ListProduct, RestockProduct] })

/** Opens a shop with all services running but those left out, and a shelf full of tea and cups. */
export async function openShop(options: { readonly without?: readonly EndpointName[]; readonly addresses?: Addresses } = {}): Promise<Shop> {
  const { without = [], addresses } = options
  const system = await testSystem(addresses)
  const broker = kafkajsBroker({ brokers: system.addresses.kafkaBrokers.split(','), clientId: 'test', log: silentLog })
  const mailsDir = await mkdtemp(join(tmpdir(), 'petrel-mails-'))
  const mailbox = await startMailbox({ dataDir: mailsDir, smtpPort: system.ports.smtp, httpPort: system.ports.mailbox })
  const running = new Map<EndpointName | 'payment-gateway', RunningService>()
  const { prefix, ports } = system
  const at = (port: number, path: string) => `http://127.0.0.1:${port}${path}`

  const shop: Shop = {
    system,
    broker,
    running,
    async start(name, env = {}) {
      const service = await system.startService(name, env)
      running.set(name, service)
      await joined(service)
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
    async placeOrder(order = {}) {
      const wanted = { customerId: 'ada', email: 'ada@example.org', lines: [{ sku: 'green-tea', quantity: 2 }], ...order }
      const { orderId } = await postJson<{ orderId: string }>(at(ports.clientUi, '/api/orders'), wanted, 202)
      return orderId
    },
    order: (orderId) => getJson(at(ports.clientUi, `/api/orders/${orderId}`)),
    orderHas: (orderId, types, withinMs = 30_000) =>
      eventually(
        async () => {
          const view = await shop.order(orderId)
          const missing = types.filter((type) => !view.history.some((step) => step.type === type))
          if (missing.length > 0) throw new Error(`order ${orderId} has no ${missing.join(', ')}; it is ${view.status}`)
          return view
        },
        { withinMs },
      ),
    charges: (orderId) => getJson(at(ports.paymentGateway, `/charges?orderId=${orderId}`)),
    mails: (to) => getJson(at(ports.mailbox, `/api/mails?to=${encodeURIComponent(to)}`)),
    points: async (customerId) => (await getJson<{ points: number }>(at(ports.loyalty, `/customers/${customerId}/points`))).points,
    async gatewayBehaves(behaviour) {
      const now = await getJson<object>(at(ports.paymentGateway, '/behaviour'))
      await fetchOk(at(ports.paymentGateway, '/behaviour'), {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...now, ...behaviour }),
      })
    },
    failures: (name) => listFailures({ admin: broker.admin, prefix }, name),
    async [Symbol.asyncDispose]() {
      await broker.close()
      await system.cleanup()
      await mailbox.stop()
      await rm(mailsDir, { recursive: true, force: true })
    },
  }

  try {
    await deployEverything(system, broker)
    running.set('payment-gateway', await system.startService('payment-gateway'))
    await Promise.all([
      eventually(() => fetchOk(at(ports.paymentGateway, '/ready'))),
      ...endpoints.filter((name) => !without.includes(name)).map((name) => shop.start(name)),
      fillShelves(system),
    ])
    if (!without.includes('client-ui') && !without.includes('sales') && !without.includes('stock')) await openForBusiness(at(ports.clientUi, ''))
    return shop
  } catch (error) {
    await shop[Symbol.asyncDispose]()
    throw error
  }
}

async function deployEverything(system: TestSystem, broker: Broker): Promise<void> {
  const services = await loadServices(ROOT)
  const deployments = await Promise.all(
    services.map(async ({ name, endpoint: deployed, migrations }) => ({
      endpoint: deployed,
      database: { url: await system.createDatabase(name), migrations },
    })),
  )
  const keeper = { endpoint: shopkeeper, database: { url: await system.createDatabase(shopkeeper.name) } }
  const registry = confluentRegistry({ url: system.addresses.registryUrl })
  await deployAll([...deployments, keeper], { admin: broker.admin, registry, prefix: system.prefix })
}

async function fillShelves(system: TestSystem): Promise<void> {
  const keeper: Service = await start(shopkeeper, readSettings({ ...(await system.env(shopkeeper.name)), LOG_LEVEL: 'silent' }))
  for (const [sku, unitCents, quantity] of [['green-tea', 350, 1_000_000], ['storm-cup', 990, 1_000_000], ['last-pot', 2400, 1]] as const) {
    await keeper.send(ListProduct({ sku, name: sku, unitCents, currency: 'EUR' }))
    await keeper.send(RestockProduct({ sku, quantity }))
  }
  await keeper.stop()
}

async function openForBusiness(shop: string): Promise<void> {
  await eventually(async () => {
    const goods = await getJson<{ sku: string; available: number }[]>(`${shop}/api/catalogue`)
    if (goods.filter(({ available }) => available > 0).length < 3) throw new Error('the shelves are not filled yet')
  })
}

async function getJson<T>(url: string): Promise<T> {
  return (await fetchOk(url)).json() as Promise<T>
}

async function postJson<T>(url: string, body: unknown, expected: number): Promise<T> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (response.status !== expected) throw new Error(`POST ${url}: ${response.status} ${await response.text()}`)
  return response.json() as Promise<T>
}

async function fetchOk(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(`${init?.method ?? 'GET'} ${url}: ${response.status} ${await response.text()}`)
  return response
}
