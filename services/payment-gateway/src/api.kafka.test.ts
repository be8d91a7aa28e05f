import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ServiceDatabase, serviceDatabase } from '../../../test/support/serviceDatabase.ts'
import { gatewayApi } from './api.ts'
import { behavioursIn } from './behaviour.ts'

const amount = { orderId: '42', amountCents: 700, currency: 'EUR' }
let database: ServiceDatabase
const servers: { close(): void }[] = []

beforeEach(async () => {
  database = await serviceDatabase({ name: 'payment-gateway' })
})
afterEach(async () => {
  for (const server of servers.splice(0)) server.close()
  await database[Symbol.asyncDispose]()
})

/** The gateway on a port of its own; a second call is the gateway after a restart. */
async function gateway() {
  const server = gatewayApi(database.pool, await behavioursIn(database.pool)).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = async (method: string, path: string, body?: object, key = '') => {
    const headers = { 'content-type': 'application/json', ...(key !== '' && { 'idempotency-key': key }) }
    const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  return {
    charge: (body: object = amount, key = '42') => ask('POST', '/charges', body, key),
    refund: (key = '42/refund') => ask('POST', '/refunds', { orderId: '42' }, key),
    behave: (behaviour: object) => ask('PUT', '/behaviour', behaviour),
    get: async (path: string) => (await ask('GET', path)).body,
  }
}

test('a card is charged once for a key, however often and however much at once one asks', async () => {
  const { charge, get } = await gateway()
  const answers = await Promise.all(Array.from({ length: 20 }, () => charge()))
  expect(new Set(answers.map(({ body }) => body.chargeId)).size).toBe(1)
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  const statement = await get('/charges?orderId=42')
  expect(statement).toMatchObject({ orderId: '42', charges: [{ amountCents: 700, currency: 'EUR' }], refunds: [], declines: [] })
  expect(await get('/charges')).toEqual({ charges: 1, refunds: 0, declines: 0, ordersChargedTwice: 0 })
})

test('a charge that cannot be written fails alone, whatever is charged at the same time', async () => {
  const { charge, get } = await gateway()
  const orders = Array.from({ length: 10 }, (_, at) => (at === 3 ? 'no text\u0000 of PostgreSQL' : `order-${at}`))
  const answers = await Promise.all(
    orders.map((orderId, at) => charge({ ...amount, orderId }, `key-${at}`).catch(() => undefined)),
  )
  expect(answers.filter((answer) => answer?.status === 201)).toHaveLength(9)
  expect(await get('/charges')).toMatchObject({ charges: 9 })
})

test('an order charged under two keys shows in the audit', async () => {
  const { charge, get } = await gateway()
  await charge(amount, 'one')
  await charge(amount, 'two')
  expect(await get('/charges')).toMatchObject({ charges: 2, ordersChargedTwice: 1 })
})

test('a request for money without a key, or with one that was used for something else, is refused', async () => {
  const { charge } = await gateway()
  expect((await charge(amount, '')).status).toBe(400)
  expect((await charge({ ...amount, amountCents: -1 })).status).toBe(400)
  await charge()
  expect((await charge({ ...amount, amountCents: 9_900 })).status).toBe(422)
})

test('a refund gives back what was charged, once', async () => {
  const { charge, refund, get } = await gateway()
  expect((await refund()).status).toBe(404)
  await charge()
  const [first, second] = [await refund(), await refund()]
  expect(first).toMatchObject({ status: 201, body: { orderId: '42', amountCents: 700, currency: 'EUR' } })
  expect(second).toMatchObject({ status: 200, body: first.body })
  expect((await refund('another key')).status).toBe(409)
  expect((await get('/charges?orderId=42')).refunds).toMatchObject([{ amountCents: 700 }])
})

test('a declined card stays declined for its key, and nothing is charged', async () => {
  const { charge, behave, get } = await gateway()
  await behave({ declineRate: 1 })
  expect(await charge()).toMatchObject({ status: 402, body: { reason: 'insufficient funds' } })
  await behave({})
  expect((await charge()).status).toBe(402)
  expect(await get('/charges')).toEqual({ charges: 0, refunds: 0, declines: 1, ordersChargedTwice: 0 })
})

test('more requests than allowed are asked to come back', async () => {
  const { charge, behave } = await gateway()
  await behave({ requestsPerSecond: 1 })
  const answers = await Promise.all(['1', '2', '3', '4'].map((orderId) => charge({ ...amount, orderId }, orderId)))
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused[0]?.headers.get('retry-after')).toBe('1')
})

test('while it fails, asking again under the same key still charges once', async () => {
  const { charge, behave, get } = await gateway()
  await behave({ failureRate: 1 })
  const failed = await Promise.all(Array.from({ length: 20 }, () => charge()))
  expect(new Set(failed.map(({ status }) => status))).toEqual(new Set([500]))
  await behave({})
  expect((await charge()).status).toBeLessThan(300)
  expect(await get('/charges')).toMatchObject({ charges: 1, ordersChargedTwice: 0 })
})

test('how it behaves is kept over a restart, and nonsense is refused', async () => {
  const before = await gateway()
  expect(await before.get('/behaviour')).toEqual({ requestsPerSecond: null, latencyMs: 0, failureRate: 0, declineRate: 0 })
  await before.behave({ latencyMs: 5 })
  expect((await before.behave({ failureRate: 7 })).status).toBe(400)
  expect((await before.behave({ failurerate: 0.5 })).status).toBe(400)
  const after = await gateway()
  expect(await after.get('/behaviour')).toMatchObject({ latencyMs: 5, failureRate: 0 })
})

test('the page shows the latest payments', async () => {
  const { charge, refund, get } = await gateway()
  await charge()
  await refund()
  expect(await get('/charges/recent')).toMatchObject([
    { orderId: '42', amountCents: 700, declinedBecause: null, isRefunded: true },
  ])
})
