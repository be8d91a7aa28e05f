import { audit, type Audit } from '../audit/audit.ts'
import { readBooks } from '../audit/readBooks.ts'
import { urlAt } from '../addresses.ts'
import type { House } from '../house.ts'

/** Customers of a house whose ids begin alike, so that their orders can be told from those of others. */
export interface Customers {
  /** The answer to an order, whatever it is. */
  order(
    key?: string,
  ): Promise<{ readonly status: number; readonly body: { readonly orderId?: string; readonly status?: unknown } }>
  /** What the page shows of an order. */
  view(orderId: string): Promise<{ readonly status: string; readonly history: readonly { readonly type: string }[] }>
  audit(): Promise<Audit>
}

export function customersOf(house: House, name: string): Customers {
  const url = urlAt(house.ports['client-ui'])
  let orders = 0
  return {
    async order(key = `order-${(orders += 1)}`) {
      const body = { customerId: `${name}-1`, email: `${name}@example.org`, lines: [{ sku: 'green-tea', quantity: 2 }] }
      const headers = { 'content-type': 'application/json', 'idempotency-key': key }
      const answer = await fetch(`${url}/api/orders`, { method: 'POST', headers, body: JSON.stringify(body) })
      return { status: answer.status, body: (await answer.json()) as object }
    },
    view: async (orderId) => (await (await fetch(`${url}/api/orders/${orderId}`)).json()) as never,
    audit: async () => audit(await readBooks(house, name)),
  }
}
