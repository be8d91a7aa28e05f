import { setTimeout as pause } from 'node:timers/promises'
import { fetchOk, jsonBody } from '../../../test/support/http.ts'
import type { WatchedShop } from './watchedShop.ts'

/** Customers who come, whatever the shop answers: nobody waits for the one before. */
export interface Customers extends AsyncDisposable {
  /** How many were told that the shop cannot do it now. */
  sentAway(): number
}

type Address = Pick<WatchedShop, 'url'>

/** So many orders each second, and twice as many who only look. */
export function customers(shop: Address, ordersPerSecond: number): Customers {
  const over = new AbortController()
  const underWay = new Set<Promise<void>>()
  let sentAway = 0
  const visit = async (request: typeof requestOrder) => {
    const response = await request(shop)
    await response.arrayBuffer()
    if (response.status >= 500) sentAway++
  }
  const come = (request: typeof requestOrder) => {
    const visiting = visit(request).finally(() => underWay.delete(visiting))
    underWay.add(visiting)
  }
  const keepComing = async () => {
    while (!over.signal.aborted) {
      for (const request of [requestOrder, look, look]) come(request)
      await pause(1_000 / ordersPerSecond, undefined, { signal: over.signal }).catch(() => {})
    }
  }
  const coming = keepComing()
  return {
    sentAway: () => sentAway,
    async [Symbol.asyncDispose]() {
      over.abort()
      await coming
      await Promise.all(underWay)
    },
  }
}

const order = { customerId: 'ada', email: 'ada@example.org', lines: [{ sku: 'green-tea', quantity: 1 }] }

const requestOrder = ({ url }: Address) =>
  fetch(url('CLIENT_UI_PORT', '/api/orders'), jsonBody('POST', order, { 'idempotency-key': crypto.randomUUID() }))

const look = ({ url }: Address) => fetch(url('CLIENT_UI_PORT', '/api/catalogue'))

/** So many who only look, eight at a time. */
export async function manyLook(shop: Address, count: number): Promise<void> {
  let left = count
  const door = async () => {
    while (left-- > 0) await (await fetchOk(shop.url('CLIENT_UI_PORT', '/api/catalogue'))).arrayBuffer()
  }
  await Promise.all(Array.from({ length: 8 }, door))
}
