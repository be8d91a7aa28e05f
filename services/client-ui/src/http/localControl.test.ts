import { expect, test } from 'vitest'
import { startFakeControl } from '../testing/fakeControl.ts'
import { startFakeShop } from '../testing/fakeShop.ts'

const json = { 'content-type': 'application/json' }

test('where the whole system runs on one machine the page can see and break its services', async () => {
  await using control = await startFakeControl()
  await using shop = await startFakeShop({ localControlUrl: control.url })
  expect(await (await fetch(`${shop.url}/api/local`)).json()).toEqual({ services: [control.billing, control.sales] })
  const response = await fetch(`${shop.url}/api/local/billing/stop`, { method: 'POST', headers: json, body: '{}' })
  expect(response.status).toBe(200)
  expect(control.billing.isRunning).toBe(false)
})

test('anywhere else there is nothing to break', async () => {
  await using shop = await startFakeShop()
  expect((await fetch(`${shop.url}/api/local`)).status).toBe(204)
  const response = await fetch(`${shop.url}/api/local/billing/stop`, { method: 'POST', headers: json, body: '{}' })
  expect(response.status).toBe(404)
})

test.each([
  ['a form of another page', '/billing/stop', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['an action that does not exist', '/billing/delete', json],
])('%s breaks nothing', async (_, path, headers) => {
  await using control = await startFakeControl()
  await using shop = await startFakeShop({ localControlUrl: control.url })
  expect((await fetch(`${shop.url}/api/local${path}`, { method: 'POST', headers, body: '{}' })).status).toBe(404)
  expect(control.billing.isRunning).toBe(true)
})

test('a system that does not answer is no reason to say that there is nothing to break', async () => {
  await using shop = await startFakeShop({ localControlUrl: 'http://127.0.0.1:1' })
  expect((await fetch(`${shop.url}/api/local`)).status).toBe(503)
})
