import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import { getJson, jsonBody } from './http.ts'
import { ownStart, type portVariables } from './ownStart.ts'
import { type OrderView, typesOf, wholeJourney } from './shop.ts'

const order = { customerId: 'ada', email: 'ada@example.org', lines: [{ sku: 'green-tea', quantity: 2 }] }

export type NpmStart = Awaited<ReturnType<typeof npmStart>>

/** A whole system of the test's own, in which orders can be placed. */
export async function npmStart(...how: Parameters<typeof ownStart>) {
  const system = await ownStart(...how)
  const { env, lines } = system
  const url = (variable: (typeof portVariables)[number], path: string) => `http://127.0.0.1:${env[variable]}${path}`
  return {
    ...system,
    url,
    /** Waits for a line after the first `skip`. */
    printed: (pattern: RegExp, skip: number, withinMs = 60_000) =>
      eventually(
        () => {
          const line = lines.slice(skip).find((each) => pattern.test(each))
          if (line === undefined) throw new Error(`No line ${pattern} among:\n${lines.slice(skip).join('\n')}`)
          return line
        },
        { withinMs },
      ),
    /** Asks again until the order is accepted. */
    placeOrder: (key: string) =>
      eventually(
        async () => {
          const response = await fetch(url('CLIENT_UI_PORT', '/api/orders'), jsonBody('POST', order, { 'idempotency-key': key }))
          const answer = (await response.json()) as { orderId: string }
          expect(response.status).toBe(202)
          return answer.orderId
        },
        { withinMs: 60_000, everyMs: 200 },
      ),
    expectDone: (orderId: string) =>
      eventually(
        async () => {
          const view = await getJson<OrderView>(url('CLIENT_UI_PORT', `/api/orders/${orderId}`))
          expect(typesOf(view).filter((type) => type !== 'ShipmentDelayed')).toEqual(wholeJourney.toSorted())
        },
        { withinMs: 90_000, everyMs: 200 },
      ),
  }
}
