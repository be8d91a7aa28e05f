/** A problem as the service states it (RFC 9457), or one of the way there. */
export class Trouble extends Error {
  constructor(text, { temporary = false, errors = [] } = {}) {
    super(text)
    this.temporary = temporary
    this.errors = errors
  }
}

/** A fresh name for a request, so that sending it again is not ordering again. Works without https, too. */
export const freshKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** A trace that begins with a click: what the shop records of it is found under one id (https://www.w3.org/TR/trace-context/). */
const freshTrace = () => `00-${freshKey()}-${freshKey().slice(16)}-02`

/** Places an order. @returns its id and when it was accepted, in the server's time. @throws Trouble */
export async function placeOrder(order, key) {
  const response = await post('/api/orders', order, { 'idempotency-key': key })
  const { orderId } = await response.json()
  return { orderId, acceptedAt: response.headers.get('Accepted-At') }
}

/** Resolves when such an order could be placed. @throws Trouble */
export const checkOrder = (order) => post('/api/orders/check', order)

/** @throws Trouble */
export const cancelOrder = (orderId, key) =>
  post(`/api/orders/${encodeURIComponent(orderId)}/cancel`, {}, { 'idempotency-key': key })

/** @returns the products, and when they were read. @throws Trouble when they cannot be had now */
export async function catalogue() {
  const response = await request('/api/catalogue')
  return { products: await response.json(), readAt: new Date(response.headers.get('Read-At')) }
}

/** @returns what the payment gateway has counted. @throws Trouble when it does not say */
export const gatewayCounts = async () => (await request('/api/charges')).json()

/** @returns the services of the local system, and what failed there; undefined where there is none. @throws Trouble */
export async function localServices() {
  const response = await request('/api/local')
  return response.status === 204 ? undefined : response.json()
}

/** Stops, starts, breaks or mends a local service, or replays what failed in it. @throws Trouble */
export const actOn = (service, action) => post(`/api/local/${encodeURIComponent(service)}/${action}`, {})

const post = (path, body, headers = {}) =>
  request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: freshTrace(), ...headers },
    body: JSON.stringify(body),
  })

async function request(path, options = {}) {
  const response = await fetch(path, { ...options, signal: AbortSignal.timeout(10_000) }).catch(() => {
    throw new Trouble('The shop did not answer.', { temporary: true })
  })
  if (response.ok) return response
  const problem = await response.json().catch(() => ({}))
  throw new Trouble(problem.detail ?? `The shop answered ${response.status}.`, {
    temporary: response.status >= 500,
    errors: problem.errors ?? [],
  })
}
