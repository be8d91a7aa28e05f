import { sleep } from 'k6'
import exec from 'k6/execution'
import http, { type RefinedResponse, type ResponseType } from 'k6/http'
import { Counter, Rate } from 'k6/metrics'
import { plan, type Shelves } from './plan.ts'

const { url, hasKeys, named, triesForSeconds } = plan.customers
/** Before they are sent: k6 may end while some are under way. */
const asked = new Counter('orders_asked')
const accepted = new Counter('orders_accepted')
/** No answer, or one that says nothing about the order: it may have been placed. */
const unclear = new Counter('orders_unclear')
const refused = new Counter('orders_refused')
const unserved = new Rate('customers_unserved')

const patience = '10s'
const pauseSeconds = 2
/** Orders that one customer places, over the whole campaign, when there are many. */
const customers = 1000
/** Every tenth customer stays to see what becomes of the order. */
const whoLooks = 10

/** Places an order as the page does, and sees that it is accepted. */
export function customer({ skus }: Shelves): void {
  const number = exec.scenario.iterationInTest
  asked.add(1)
  const response = placeUntilServed(number, skus[number % skus.length] ?? '')
  const isServed = response.status >= 200 && response.status < 300
  unserved.add(!isServed)
  if (isServed) {
    accepted.add(1)
    if (number % whoLooks === 0) look(response.json('orderId') as string)
  } else if (isTemporary(response)) unclear.add(1)
  else refused.add(1)
}

/** What has failed may be sent again: as on the page it is the same order, since it has the same key. */
function placeUntilServed(number: number, sku: string): RefinedResponse<ResponseType> {
  const until = Date.now() + triesForSeconds * 1000
  let response = place(number, sku)
  while (isTemporary(response) && Date.now() < until) {
    sleep(pauseSeconds)
    response = place(number, sku)
  }
  return response
}

const isTemporary = ({ status }: RefinedResponse<ResponseType>) => status === 0 || status >= 500

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
