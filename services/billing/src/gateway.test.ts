import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { Postpone, Unrecoverable } from '@petrel/messaging'
import { afterEach, expect, test } from 'vitest'
import { drawTrace } from '../../../test/support/otlp/drawTrace.ts'
import { tracedHandler } from '../../../test/support/otlp/tracedHandler.ts'
import { gatewayAt } from './gateway.ts'

const amount = { orderId: '42', amountCents: 700, currency: 'EUR' }
let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function listening(answer: RequestListener): Promise<string> {
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const gatewayThatAnswers = async (status: number, body: object, headers: Record<string, string> = {}) =>
  gatewayAt(await listening((_, response) => response.writeHead(status, headers).end(JSON.stringify(body))), 5_000)

const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

test('an order is charged under its own id, so that asking twice takes the money once', async () => {
  const requests: { request: IncomingMessage; body: unknown }[] = []
  const url = await listening((request, response) => {
    request.once('data', (body: Buffer) => {
      requests.push({ request, body: JSON.parse(body.toString()) })
      response.writeHead(201).end('{"chargeId":"ch_1"}')
    })
  })
  expect(await gatewayAt(url, 5_000).charge(amount)).toEqual({ outcome: 'charged', chargeId: 'ch_1' })
  expect(requests).toMatchObject([
    { request: { method: 'POST', url: '/charges', headers: { 'idempotency-key': '42' } }, body: amount },
  ])
})

test('a refund has a key of its own beside the charge', async () => {
  const keys: unknown[] = []
  const url = await listening((request, response) => {
    keys.push(request.headers['idempotency-key'])
    response.writeHead(201).end('{"refundId":"re_1"}')
  })
  expect(await gatewayAt(url, 5_000).refund(amount)).toEqual({ refundId: 're_1' })
  expect(keys).toEqual(['42/refund'])
})

test('a declined card is an answer with a reason', async () => {
  const gateway = await gatewayThatAnswers(402, { reason: 'insufficient funds' })
  expect(await gateway.charge(amount)).toEqual({ outcome: 'declined', reason: 'insufficient funds' })
})

test('a gateway that asks for patience gets as many seconds as it wants', async () => {
  const gateway = await gatewayThatAnswers(429, {}, { 'retry-after': '7' })
  expect(await errorOf(gateway.charge(amount))).toMatchObject({ name: 'Postpone', delayMs: 7_000 })
})

test('a gateway that asks for patience without saying how much gets a second', async () => {
  const gateway = await gatewayThatAnswers(429, {})
  expect(await errorOf(gateway.charge(amount))).toMatchObject({ name: 'Postpone', delayMs: 1_000 })
})

test.each([502, 503, 504])('%i says that the gateway is away: the order waits and has not failed', async (status) => {
  const gateway = await gatewayThatAnswers(status, {})
  expect(await errorOf(gateway.charge(amount))).toBeInstanceOf(Postpone)
})

test('a gateway that nobody can connect to is away', async () => {
  const url = await listening(() => {})
  server?.close()
  const error = await errorOf(gatewayAt(url, 5_000).charge(amount))
  expect(error).toBeInstanceOf(Postpone)
  expect(error).toHaveProperty('message', expect.stringContaining(url))
})

test('a gateway that does not answer in time is away', async () => {
  const url = await listening(() => {})
  expect(await errorOf(gatewayAt(url, 50).charge(amount))).toBeInstanceOf(Postpone)
})

test('a gateway that hangs is away for all who ask at once, and nobody waits for the answer to another', async () => {
  const asked: string[] = []
  const gateway = gatewayAt(await listening((request) => void asked.push(String(request.headers['idempotency-key']))), 2_000)
  const orders = Array.from({ length: 96 }, (_, number) => ({ ...amount, orderId: String(number) }))
  const outcomes = await Promise.all(orders.map((order) => errorOf(gateway.charge(order))))
  for (const outcome of outcomes) expect(outcome).toBeInstanceOf(Postpone)
  expect(asked.toSorted()).toEqual(orders.map(({ orderId }) => orderId).toSorted())
})

test('a gateway that begins an answer and never ends it is away', async () => {
  const gateway = gatewayAt(await listening((_, response) => void response.writeHead(201).write('{"chargeId":')), 500)
  expect(await errorOf(gateway.charge(amount))).toBeInstanceOf(Postpone)
})

test.each([
  ['characters that no header can carry', 'order \u{1F375}'],
  ['a line break', 'order\n1'],
  ['more characters than any server reads', 'o'.repeat(150_000)],
])('an order id with %s is the fault of its message, and not taken for a gateway that is away', async (_, orderId) => {
  const gateway = await gatewayThatAnswers(201, { chargeId: 'ch_1' })
  expect(await errorOf(gateway.charge({ ...amount, orderId }))).toBeInstanceOf(Unrecoverable)
})

test('a plain 500 may be the fault of this order: it fails and is tried again', async () => {
  const error = await errorOf((await gatewayThatAnswers(500, { reason: 'stumbled' })).charge(amount))
  expect(error).toMatchObject({ name: 'Error', message: expect.stringMatching(/did not charge order 42: 500.*stumbled/) })
})

test.each([400, 404, 409, 422])('%i will be the answer however often we ask', async (status) => {
  const gateway = await gatewayThatAnswers(status, { reason: 'wrong' })
  expect(await errorOf(gateway.refund(amount))).toBeInstanceOf(Unrecoverable)
})

test('a login in the address goes to the gateway alone: neither an error nor a trace has it', async () => {
  const logins: unknown[] = []
  const url = await listening((request, response) => {
    logins.push(request.headers.authorization)
    response.writeHead(201).end('{"chargeId":"ch_1"}')
  })
  const gateway = gatewayAt(url.replace('//', '//shop:pass%20word@'), 5_000)
  const spans = await tracedHandler(() => gateway.charge(amount))
  expect(logins).toEqual([`Basic ${Buffer.from('shop:pass word').toString('base64')}`])
  expect(inspect(spans, { depth: 10 })).not.toMatch(/pass|c2hvcDpwYXNzIHdvcmQ/)
  server?.closeAllConnections()
  server?.close()
  const error = await errorOf(gateway.charge(amount))
  expect(error).toHaveProperty('message', expect.stringMatching(/no answer from http:\/\/127\.0\.0\.1:\d+\/charges: /))
  expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/pass|c2hvcDpwYXNzIHdvcmQ/)
})

test('a gateway that does not know who asks is no order’s fault: all wait, and it is said what to check', async () => {
  const error = await errorOf((await gatewayThatAnswers(401, {})).charge(amount))
  expect(error).toBeInstanceOf(Postpone)
  expect(error).toHaveProperty('message', expect.stringContaining('PAYMENT_GATEWAY_URL'))
})

test('the gateway is told in which trace it is asked', async () => {
  const told: unknown[] = []
  const url = await listening((request, response) => {
    told.push(request.headers['traceparent'])
    response.writeHead(201).end('{"chargeId":"ch_1"}')
  })
  const spans = await tracedHandler(() => gatewayAt(url, 5_000).charge(amount))
  expect(drawTrace(spans)).toEqual(['process door.bell-rung', '  POST', '  save'])
  const asking = spans.find(({ name }) => name === 'POST')
  expect(asking).toMatchObject({
    kind: 'SPAN_KIND_CLIENT',
    attributes: { 'http.request.method': 'POST', 'http.response.status_code': 201, 'url.full': `${url}/charges` },
  })
  expect(told).toEqual([`00-${asking?.traceId}-${asking?.spanId}-03`])
})
