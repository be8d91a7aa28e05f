import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { BrokerUnavailable, type Message } from '@petrel/messaging'
import type { Bus } from '../bus.ts'
import { shopApp } from '../http/app.ts'
import { readPage } from '../http/page.ts'
import type { HistoryEntry, Order, Product } from '../order/order.ts'
import { statusOf } from '../order/status.ts'
import { cachedCatalogue } from '../readModel/catalogue.ts'
import type { Changes, ReadModel } from '../readModel/port.ts'
import { watchOrders } from '../readModel/watch.ts'

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

export interface FakeShop {
  readonly url: string
  readonly sent: SentCommand[]
  /** What is away: set and unset at will. */
  readonly away: { broker: boolean; database: boolean; answer: boolean }
  /** How often the read model could not be asked. */
  readonly failedReads: () => number
  /** Called with every command that was accepted. */
  onSent: (command: SentCommand) => void
  /** Makes the read model hear of an event. */
  readonly hear: (orderId: string, type: string, more?: { detail?: object; totalCents?: number }) => void
  readonly restock: (products: readonly Product[]) => void
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** The real HTTP side on a free port, with a bus and a read model that only remember. */
export async function startFakeShop(options: { products?: readonly Product[]; joined?: boolean } = {}): Promise<FakeShop> {
  const sent: SentCommand[] = []
  const away = { broker: false, database: false, answer: false }
  const store = memoryReadModel(options.products ?? someProducts, away)
  const catalogue = cachedCatalogue(store.readModel, store.changes, quiet)
  const watch = watchOrders(store.readModel, store.changes, quiet)
  const bus: Bus = {
    isReady: () => options.joined ?? true,
    async send(message: Message<'command'>, { id }) {
      if (away.broker) throw new BrokerUnavailable('The fake broker is away.')
      if (away.answer) await new Promise(() => {})
      const command = { id, name: message.type.fullName, data: message.data }
      sent.push(command)
      fake.onSent(command)
    },
  }
  const shop = {
    bus,
    catalogue,
    readModel: store.readModel,
    watch,
    page: await readPage(),
    mailboxUrl: 'http://127.0.0.1:8025',
    log: quiet,
  }
  const server = shopApp(shop).listen(0, '127.0.0.1')
  await Promise.all([once(server, 'listening'), new Promise(setImmediate)]) // and the catalogue has been read
  const fake: FakeShop = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    away,
    onSent: () => {},
    failedReads: store.failedReads,
    hear: store.hear,
    restock: store.restock,
    [Symbol.asyncDispose]: () => fake.close(),
    async close() {
      server.close()
      server.closeAllConnections()
      await Promise.all([watch.close(), catalogue.close()])
    },
  }
  return fake
}

function memoryReadModel(initial: readonly Product[], away: { database: boolean }) {
  let products = initial
  let entries = 0
  const orders = new Map<string, { totalCents: number | null; history: HistoryEntry[] }>()
  const orderListeners: ((ids: readonly string[]) => void)[] = []
  const catalogueListeners: (() => void)[] = []
  let failedReads = 0
  const answer = async <T>(value: T): Promise<T> => {
    if (!away.database) return value
    failedReads++
    throw new Error('The fake database is away.')
  }
  const readModel: ReadModel = {
    orders: (ids) => answer([...new Set(ids)].flatMap((orderId) => toOrder(orderId, orders.get(orderId)))),
    latest: (limit) => answer([...orders.keys()].slice(-limit)),
    catalogue: () => answer([...products]),
  }
  const changes: Changes = {
    onOrders: (changed) => void orderListeners.push(changed),
    onCatalogue: (changed) => void catalogueListeners.push(changed),
  }
  return {
    readModel,
    changes,
    failedReads: () => failedReads,
    hear: (orderId: string, type: string, { detail, totalCents }: { detail?: object; totalCents?: number } = {}) => {
      const order = orders.get(orderId) ?? { totalCents: null, history: [] }
      order.history.push({ entry: ++entries, type, at: new Date(), detail: detail ?? null })
      order.totalCents = totalCents ?? order.totalCents
      orders.set(orderId, order)
      for (const changed of orderListeners) changed([orderId])
    },
    restock: (changedProducts: readonly Product[]) => {
      products = changedProducts
      for (const changed of catalogueListeners) changed()
    },
  }
}

function toOrder(orderId: string, order: { totalCents: number | null; history: readonly HistoryEntry[] } | undefined): Order[] {
  if (order === undefined) return []
  return [{ orderId, ...order, status: statusOf(order.history.map((entry) => entry.type)) }]
}
