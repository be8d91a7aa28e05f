import { silentLog } from '@petrel/messaging'
import { processRegistry } from '@petrel/messaging/metrics'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getJson, jsonBody } from '../../../../test/support/http.ts'
import { openShop, type Shop } from '../../../../test/support/shop.ts'
import { eventually } from '../../../../test/support/stack.ts'
import { type Console, startConsole } from '../console.ts'
import type { Failure } from '../failures/list.ts'
import { settingsSchema } from '../settings.ts'

const FAULT_TOPIC = 'petrel.control'

let shop: Shop
let open: Console
beforeAll(async () => {
  shop = await openShop({ without: ['billing', 'shipping', 'email', 'loyalty'], env: { FAULT_TOPIC } })
  const env = { ...(await shop.system.env('console')), CONSOLE_PORT: '0', FAULT_TOPIC }
  const settings = settingsSchema.parse(env)
  open = await startConsole({ settings, log: silentLog, registry: processRegistry('console'), lookEveryMs: 200 })
})
afterAll(async () => {
  await open.close()
  await shop[Symbol.asyncDispose]()
})

const get = <T>(path: string) => getJson<T>(open.url + path)

async function send<T>(method: 'POST' | 'PUT', path: string, body: object): Promise<T> {
  const { access } = await get<{ access: { csrf: string } }>('/api/summary')
  const response = await fetch(open.url + path, jsonBody(method, body, { 'x-petrel-csrf': access.csrf }))
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

const fault = async () =>
  (await get<{ services: { name: string; fault: string | null }[] }>('/api/faults')).services.find(({ name }) => name === 'sales')

const failedOrders = async (count: number) => {
  const { items } = await get<{ items: Failure[] }>('/api/failures?endpoint=sales&state=unresolved')
  expect(items.map(({ errorMessage }) => errorMessage)).toEqual(Array(count).fill('The price list is upside down'))
}

test('in a cluster a fault that the console switches on reaches a service, survives its restart, and ends when it is mended', async () => {
  expect(await get('/api/summary')).toMatchObject({ breakIt: true })
  expect(await fault()).toEqual({
    name: 'sales',
    isRunning: null,
    isBroken: false,
    fault: null,
    canBreak: true,
    canStop: false,
  })

  await send('PUT', '/api/faults/sales', { fault: 'The price list is upside down' })
  await shop.running.get('sales')?.logged(({ event }) => event === 'broken')
  const first = await shop.placeOrder()
  await eventually(() => failedOrders(1), { withinMs: 60_000 })

  await shop.stop('sales')
  await shop.start('sales')
  const second = await shop.placeOrder()
  await eventually(() => failedOrders(2), { withinMs: 60_000 })
  expect(await fault()).toMatchObject({ isBroken: true, fault: 'The price list is upside down' })

  await send('PUT', '/api/faults/sales', { fault: null })
  await shop.running.get('sales')?.logged(({ event }) => event === 'mended')
  await send('POST', '/api/replays', { filter: { endpoint: 'sales' } })
  for (const orderId of [first, second]) await shop.orderHas(orderId, ['OrderPlaced'])
  const { items } = await get<{ items: { what: string; outcome: string }[] }>('/api/actions')
  expect(items.map(({ what }) => what)).toEqual(['replay', 'mend', 'break'])
})

test('the payment gateway is told how to behave', async () => {
  const slow = { requestsPerSecond: 5, latencyMs: 10, failureRate: 0, declineRate: 0.5 }
  expect(await send('PUT', '/api/gateway', slow)).toEqual(slow)
  expect(await getJson(`http://127.0.0.1:${shop.system.ports.paymentGateway}/behaviour`)).toEqual(slow)
  expect(await get('/api/faults')).toMatchObject({ how: 'topic', gateway: slow })
  await send('PUT', '/api/gateway', {})
  expect(await get('/api/faults')).toMatchObject({ gateway: { requestsPerSecond: null, declineRate: 0 } })
})

test('what is not there cannot be broken, and nothing is started or stopped here', async () => {
  await expect(send('PUT', '/api/faults/nobody', { fault: 'x' })).rejects.toThrow(/404 .*There is no endpoint nobody/)
  await expect(send('PUT', '/api/faults/sales', { fault: '' })).rejects.toThrow('400')
  await expect(send('POST', '/api/services/sales/stop', {})).rejects.toThrow('404')
})
