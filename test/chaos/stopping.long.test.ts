import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { groupMembers } from '../support/groupMembers.ts'
import { openShop, type Shop, stepsOf, wholeJourney } from '../support/shop.ts'
import { eventually, joined } from '../support/stack.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ without: ['billing'] })
})
afterAll(() => shop[Symbol.asyncDispose]())

/** A payment gateway that takes requests and never answers. */
async function silentGateway() {
  let asked = 0
  const server = createServer(() => void (asked += 1)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    [Symbol.dispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const members = async () =>
  new Set([...(await groupMembers(shop.system, 'billing')), ...(await groupMembers(shop.system, 'billing.retry'))])

test('a service with handlers that hang ends with 0 on SIGTERM, before their time limit, and has left its groups: its other instance goes on', async () => {
  using gateway = await silentGateway()
  await shop.start('billing')
  const others = await members()
  const hanging = await shop.system.startService('billing', {
    PAYMENT_GATEWAY_URL: gateway.url,
    PAYMENT_GATEWAY_TIMEOUT_MS: '600000',
  })
  await joined(hanging)
  expect((await members()).size).toBe(2 * others.size)
  const orderIds = await Promise.all(Array.from({ length: 30 }, () => shop.placeOrder()))
  await eventually(() => expect(gateway.asked()).toBeGreaterThan(0), { withinMs: 60_000 })

  await hanging.stop()

  expect(await hanging.exited).toEqual({ code: 0, signal: null })
  expect(await members()).toEqual(others)
  expect(hanging.logs.filter(({ msg }) => msg?.startsWith('message failed'))).toEqual([])
  for (const orderId of orderIds) {
    expect(stepsOf(await shop.orderHas(orderId, wholeJourney))).toEqual(wholeJourney.toSorted())
    expect((await shop.charges(orderId)).charges).toHaveLength(1)
  }
  expect(await shop.failures()).toEqual([])
  await eventually(async () => expect(await shop.lags(['billing'])).toEqual(new Map()), { withinMs: 60_000 })
})
