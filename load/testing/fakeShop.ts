import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Entry, Target, Watched } from '../targets.ts'

/** An order as a customer has sent it. */
export interface Asked {
  readonly customerId: string
  readonly key: string
  /** How often it came before. */
  readonly before: number
}

/** A shop of HTTP alone, whose orders have all effects at once. @param accepts whether it takes an order that comes; a refused one had no effect */
export async function fakeShop(
  accepts: (asked: Asked) => boolean,
  watch: () => Partial<Watched> = () => ({}),
): Promise<Target & { readonly asked: readonly Asked[] }> {
  const asked: Asked[] = []
  const taken = new Map<string, Entry>()
  const place = (customerId: string, key: string): string | undefined => {
    const ask = { customerId, key, before: asked.filter((each) => each.key === key).length }
    asked.push(ask)
    if (!accepts(ask)) return undefined
    const entry = taken.get(key) ?? { orderId: `order-${taken.size}`, at: Date.now() }
    taken.set(key, entry)
    return entry.orderId
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { customerId } = (await json(request)) as { customerId: string }
    const orderId = place(customerId, String(request.headers['idempotency-key']))
    response.writeHead(orderId === undefined ? 503 : 202).end(JSON.stringify({ orderId }))
  }
  const server = createServer((request, response) => {
    if (request.url === '/api/catalogue') response.end(JSON.stringify([{ sku: 'green-tea', available: 1_000_000 }]))
    else if (request.method === 'GET') response.end('{}')
    // k6 may end while it asks.
    else answer(request, response).catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    asked,
    name: 'a shop',
    customers: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hasKeys: true },
    watch: async () => ({
      waitingForBilling: 0,
      waiting: 0,
      oldestSeconds: 0,
      replicas: 1,
      deadLetters: 0,
      memoryBytes: undefined,
      inboxRows: undefined,
      ...watch(),
    }),
    books: async () => {
      const all = [...taken.values()]
      return { accepted: all, billed: all, charged: all, shipped: all, mailed: all, points: all }
    },
    limitGateway: async () => {},
    faults: { restartBroker: async () => {} },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
