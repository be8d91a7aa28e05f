import exec from 'k6/execution'
import http, { type RefinedResponse, type ResponseType } from 'k6/http'
import { Counter } from 'k6/metrics'
import { plan, type Shelves } from './plan.ts'

const { url, hasKeys, named } = plan.customers
const accepted = new Counter('orders_accepted')
/** No answer, or one that says nothing about the order: it may have been placed. */
const unclear = new Counter('orders_unclear')
const refused = new Counter('orders_refused')

const patience = '10s'
/** Orders that one customer places, over the whole campaign, when there are many. */
const customers = 1000
/** Every tenth customer stays to see what becomes of the order. */
const whoLooks = 10

/** Places an order as the page does, and sees that it is accepted. */
export function customer({ skus }: Shelves): void {
  const number = exec.scenario.iterationInTest
  const response = place(number, skus[number % skus.length] ?? '')
  if (response.status >= 200 && response.status < 300) {
    accepted.add(1)
    if (number % whoLooks === 0) look(response.json('orderId') as string)
  } else if (response.status === 0 || response.status >= 500) unclear.add(1)
  else refused.add(1)
}

function place(number: number, sku: string): RefinedResponse<ResponseType> {
  const customerId = `${named}-${number % customers}`
  const order = { customerId, email: `${customerId}@example.org`, lines: [{ sku, quantity: 1 + (number % 3) }] }
  const key = { 'idempotency-key': `${named}/${exec.scenario.name}/${number}` }
  return http.post(`${url}/api/orders`, JSON.stringify(order), {
    headers: { 'content-type': 'application/json', ...(hasKeys ? key : {}) },
    tags: { name: 'POST /api/orders' },
    timeout: patience,
  })
}

/** Too early to say is an answer, too. */
function look(orderId: string): void {
  http.get(`${url}/api/orders/${orderId}`, {
    tags: { name: 'GET /api/orders/{id}' },
    timeout: patience,
    responseCallback: http.expectedStatuses({ min: 200, max: 299 }, 404),
  })
}
