import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BrokerUnavailable, type Message, type Spans } from '@petrel/messaging'
import type { Bus } from '../bus.ts'
import { shopApp } from '../http/app.ts'
import { readPage } from '../http/page.ts'
import type { Product } from '../order/order.ts'
import { cachedCatalogue } from '../readModel/catalogue.ts'
import type { ReadModel } from '../readModel/port.ts'
import { type Watch, watchOrders } from '../readModel/watch.ts'
import { type Happening, type MemoryReadModel, memoryReadModel } from './memoryReadModel.ts'

export const someProducts: readonly Product[] = [
  { sku: 'green-tea', name: 'Green tea, 500 g', unitCents: 350, currency: 'EUR', available: 12 },
  { sku: 'storm-cup', name: 'Storm cup', unitCents: 990, currency: 'EUR', available: 3 },
  { sku: 'lighthouse-pot', name: 'Lighthouse pot', unitCents: 2400, currency: 'EUR', available: 0 },
]

export interface SentCommand {
  readonly id: string
  readonly name: string
  readonly data: { readonly orderId?: string }
}

/** What the payment gateway says it has counted. */
export interface Counts {
  charges: number
  refunds: number
  declines: number
  ordersChargedTwice: number
}

export interface FakeShop {
  readonly url: string
  readonly sent: SentCommand[]
  /** What is away: set and unset at will. */
  readonly away: { broker: boolean; database: boolean; answer: boolean; gateway: boolean }
  readonly counts: Counts
  /** What the payment gateway was shown of who asks, request by request. */
  readonly logins: readonly unknown[]
  /** What the shop reads. */
  readonly readModel: ReadModel
  /** How often the read model could not be asked. */
  readonly failedReads: () => number
  /** How many browsers listen to a stream now. */
  readonly streams: () => number
  /** Called with every command that was accepted. */
  onSent: (command: SentCommand) => void
  /** An order is accepted, by another replica for example. */
  readonly accept: MemoryReadModel['accept']
  /** A service publishes an event about an order, and it reaches the read model. */
  readonly publish: (orderId: string, type: string, more?: Happening) => void
  readonly restock: (products: readonly Product[]) => void
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface FakeShopOptions {
  readonly products?: readonly Product[]
  /** Whether the bus has joined. */
  readonly joined?: boolean
  /** The database is away from the start. */
  readonly databaseAway?: boolean
  /** A user and a password in the addresses of mailbox, gateway and console: `shop:hush@`. */
  readonly login?: string
  /** Of the process that runs the whole system on one machine. */
  readonly localControlUrl?: string
  /** Traces requests. */
  readonly spans?: Spans | undefined
}

export const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** The real HTTP side on a free port, with a bus and a read model that only remember. */
export async function startFakeShop(options: FakeShopOptions = {}): Promise<FakeShop> {
  const sent: SentCommand[] = []
  const away = { broker: false, database: options.databaseAway ?? false, answer: false, gateway: false }
  const counts: Counts = { charges: 0, refunds: 0, declines: 0, ordersChargedTwice: 0 }
  const store = memoryReadModel(options.products ?? someProducts, away)
  const catalogue = cachedCatalogue(store.readModel, quiet)
  const watch = counted(watchOrders(store.readModel, quiet))
  const bus: Bus = {
    isReady: () => options.joined ?? true,
    count: () => {},
    async send(message: Message<'command'>, { id }) {
      if (away.broker) throw new BrokerUnavailable('The fake broker is away.')
      if (away.answer) await new Promise(() => {})
      const command = { id, name: message.type.fullName, data: message.data }
      sent.push(command)
      fake.onSent(command)
    },
  }
  const logins: unknown[] = []
  const gateway = createServer(({ headers }, response) => {
    logins.push(headers.authorization)
    if (away.gateway) response.destroy()
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(counts))
  }).listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  const { acceptances, readModel } = store
  const page = await readPage()
  const known = (url: string) => url.replace('//', `//${options.login ?? ''}`)
  const urls = {
    mailboxUrl: known('http://127.0.0.1:8025'),
    paymentGatewayUrl: known(urlOf(gateway.address())),
    paymentGatewayPageUrl: known('http://127.0.0.1:8070'),
    consoleUrl: known('http://127.0.0.1:8090'),
    localControlUrl: options.localControlUrl,
  }
  const shop = { bus, acceptances, catalogue, readModel, watch, page, ...urls, log: quiet, spans: options.spans }
  const server = shopApp(shop).listen(0, '127.0.0.1')
  await Promise.all([once(server, 'listening'), new Promise(setImmediate)]) // and the catalogue has been read
  const fake: FakeShop = {
    url: urlOf(server.address()),
    sent,
    away,
    counts,
    logins,
    onSent: () => {},
    readModel: store.readModel,
    failedReads: store.failedReads,
    streams: watch.watching,
    accept: store.accept,
    publish: store.publish,
    restock: store.restock,
    [Symbol.asyncDispose]: () => fake.close(),
    async close() {
      for (const each of [server, gateway]) {
        each.close()
        each.closeAllConnections()
      }
      await Promise.all([watch.close(), catalogue.close()])
    },
  }
  return fake
}

export const urlOf = (address: AddressInfo | string | null) => `http://127.0.0.1:${(address as AddressInfo).port}`

/** Counts who watches. */
function counted(watch: Watch): Watch & { watching: () => number } {
  let watching = 0
  const count = (end: () => void) => {
    watching++
    return () => {
      watching--
      end()
    }
  }
  return {
    ...watch,
    watching: () => watching,
    orders: (ids, viewer) => count(watch.orders(ids, viewer)),
    latest: (limit, viewer) => count(watch.latest(limit, viewer)),
  }
}
