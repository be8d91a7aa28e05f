/** A problem as the service tells it (RFC 9457), or one of the way there. */
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

/** Places an order. @returns its id and when it was accepted, in the server's time. @throws Trouble */
export async function placeOrder(order, key) {
  const response = await post('/api/orders', order, key)
  const { orderId } = await response.json()
  return { orderId, acceptedAt: response.headers.get('Accepted-At') }
}

/** @throws Trouble */
export const cancelOrder = (orderId, key) => post(`/api/orders/${encodeURIComponent(orderId)}/cancel`, {}, key)

async function post(path, body, key) {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key }
  const options = { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(10_000) }
  const response = await fetch(path, options).catch(() => {
    throw new Trouble('The shop did not answer.', { temporary: true })
  })
  if (response.ok) return response
  const problem = await response.json().catch(() => ({}))
  throw new Trouble(problem.detail ?? `The shop answered ${response.status}.`, {
    temporary: response.status >= 500,
    errors: problem.errors ?? [],
  })
}

/** @returns the products. @throws when they cannot be had now */
export async function catalogue() {
  const response = await fetch('/api/catalogue')
  if (!response.ok) throw new Trouble(`The catalogue could not be read (${response.status}).`, { temporary: true })
  return response.json()
}
