// Orders as a customer does, and waits for everything that must follow: billed, reserved, shipped, mailed, points, and charged
// exactly once. `helm test` runs it in the cluster; it needs nothing but Node and the addresses of four services.
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

const { CLIENT_UI_URL, PAYMENT_GATEWAY_URL, LOYALTY_URL, MAILBOX_URL } = process.env
const deadline = Date.now() + Number(process.env.PATIENCE_SECONDS ?? 120) * 1000
const effects = ['OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped', 'CustomerNotified', 'PointsAwarded']

const customerId = `helm-test-${randomUUID()}`

try {
  const sku = await eventually('something is on the shelves', somethingInStock)
  const orderId = await eventually('the order is accepted', () => place(sku))
  const order = await eventually(`order ${orderId} has all its effects`, () => withAllEffects(orderId))
  await eventually('the mail is there', () => mailed(orderId))
  await eventually('the points are there', () => pointsAwarded(order.totalCents))
  await eventually('it was charged exactly once', () => chargedOnce(orderId, order.totalCents))
  console.log('Everything that follows an order has happened.')
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

async function somethingInStock() {
  const products = await ask(CLIENT_UI_URL, '/api/catalogue')
  const product = products.find(({ available }) => available > 0)
  return product?.sku ?? not(`no product is in stock, of ${products.length}`)
}

async function place(sku) {
  const order = { customerId, email: `${customerId}@petrel.example`, lines: [{ sku, quantity: 1 }] }
  const { orderId } = await ask(CLIENT_UI_URL, '/api/orders', {
    method: 'POST',
    // With a key a repeated request is the same order.
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': customerId },
    body: JSON.stringify(order),
  })
  return orderId
}

async function withAllEffects(orderId) {
  const order = await ask(CLIENT_UI_URL, `/api/orders/${orderId}`)
  const happened = order.history.map(({ type }) => type)
  const missing = effects.filter((effect) => !happened.includes(effect))
  return missing.length === 0 ? order : not(`missing: ${missing.join(', ')}; there are: ${happened.join(', ') || 'none'}`)
}

async function mailed(orderId) {
  const mails = await ask(MAILBOX_URL, `/api/mails?order=${orderId}`)
  return mails[0] ?? not(`the mailbox has no mail about order ${orderId}`)
}

async function pointsAwarded(totalCents) {
  const { points } = await ask(LOYALTY_URL, `/customers/${customerId}/points`)
  const due = Math.floor(totalCents / 100)
  return points === due ? true : not(`customer ${customerId} has ${points} points and should have ${due}`)
}

async function chargedOnce(orderId, totalCents) {
  const { charges, refunds } = await ask(PAYMENT_GATEWAY_URL, `/charges?orderId=${orderId}`)
  const amounts = charges.map(({ amountCents }) => amountCents)
  const isRight = amounts.length === 1 && amounts[0] === totalCents && refunds.length === 0
  return isRight
    ? true
    : not(`order ${orderId} of ${totalCents} was charged [${amounts.join(', ')}] and refunded ${refunds.length} times`)
}

/** Asks again and again, and says in the end what was wrong the last time. */
async function eventually(what, attempt) {
  for (;;) {
    try {
      const result = await attempt()
      console.log(`ok: ${what}`)
      return result
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`failed: ${what}. ${error.message}`, { cause: error })
    }
    await pause(200)
  }
}

async function ask(service, path, request = {}) {
  const url = new URL(path, service)
  const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(5_000) }).catch((error) =>
    not(`${url} does not answer: ${error.cause?.message ?? error.message}`),
  )
  if (!answer.ok) not(`${url} answers ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

function not(reason) {
  throw new Error(reason)
}
