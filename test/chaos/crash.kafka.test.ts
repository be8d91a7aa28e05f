import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PlaceOrder } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EndpointName, endpoints, openShop, type Shop, stepsOf, wholeJourney } from '../support/shop.ts'
import { eventually } from '../support/stack.ts'

const crashAt = pathToFileURL(join(import.meta.dirname, '../support/crashAt.ts')).href

/** Who falls asleep together: each group finds the orders that those before it in the order's journey have handled. */
const asleepInTurn: readonly (readonly EndpointName[])[] = [
  ['shipping', 'email', 'loyalty', 'client-ui'],
  ['billing', 'stock'],
  ['sales'],
]

describe('services that lose power in the middle of a batch', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  async function placeOrders(customerId: string, email: string): Promise<string[]> {
    const orderIds = Array.from({ length: 5 }, () => uuid7())
    const lines = [{ sku: 'green-tea', quantity: 2 }]
    await Promise.all(
      orderIds.map((orderId) => shop.keeper.send(PlaceOrder({ orderId, customerId, email, lines, acceptedAt: null }))),
    )
    return orderIds
  }

  /** Stops all, in such an order that each of them has something to do when it starts. */
  async function putWorkBeforeAll(customerId: string, email: string): Promise<string[]> {
    const placed: string[] = []
    let awake: readonly EndpointName[] = endpoints
    for (const asleep of asleepInTurn) {
      await Promise.all(asleep.map((name) => shop.stop(name)))
      awake = awake.filter((name) => !asleep.includes(name))
      placed.push(...(await placeOrders(customerId, email)))
      await eventually(async () => expect(await shop.lags(awake)).toEqual(new Map()), { withinMs: 60_000 })
    }
    return placed
  }

  async function loseAndRestorePower(name: EndpointName, moment: string): Promise<void> {
    const doomed = await shop.system.startService(name, { NODE_OPTIONS: `--import ${crashAt}`, CRASH_AT: moment })
    expect(await doomed.exited, `${name}:\n${JSON.stringify(doomed.logs.slice(-5))}`).toMatchObject({ signal: 'SIGKILL' })
    await shop.start(name)
  }

  test.for([
    ['saved', 'between the commit of its database and its messages'],
    ['sent', 'between its messages and the commit of its offsets'],
  ])('each %s: every order is billed once, shipped once, mailed once', async ([moment = '']) => {
    const customerId = `customer-of-${moment}`
    const email = `${customerId}@example.org`
    const placed = await putWorkBeforeAll(customerId, email)

    await Promise.all(endpoints.map((name) => loseAndRestorePower(name, moment)))

    for (const orderId of placed) {
      expect(stepsOf(await shop.orderHas(orderId, wholeJourney))).toEqual(wholeJourney.toSorted())
      expect((await shop.charges(orderId)).charges).toHaveLength(1)
    }
    // A letter may be there twice: the power may go between the mail server's yes and the commit.
    const ids = (await shop.mails(email)).map(({ messageId }) => messageId)
    expect(new Set(ids)).toEqual(new Set(placed.map((orderId) => `<${orderId}.billed@petrel.example>`)))
    expect(await shop.points(customerId)).toBe(placed.length * 7)
    expect(await shop.failures()).toEqual([])
  })
})
