import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PlaceOrder } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import { expect } from 'vitest'
import { type EndpointName, endpoints, type Shop, stepsOf, wholeJourney } from './shop.ts'
import { eventually } from './stack.ts'

const crashAt = pathToFileURL(join(import.meta.dirname, 'crashAt.ts')).href

/** Who falls asleep together: each group finds the orders that those before it in the order's journey have handled. */
const asleepInTurn: readonly (readonly EndpointName[])[] = [
  ['shipping', 'email', 'loyalty', 'client-ui'],
  ['billing', 'stock'],
  ['sales'],
]

export interface PowerCut {
  /** Names it, and its customer. */
  readonly name: string
  /** One of the library's crash points. */
  readonly moment: string
  /** Where the files are of those that lose power, and of those that go on. Default: here. */
  readonly before?: string | undefined
  readonly after?: string | undefined
}

/** All lose power in the middle of a batch and are started again. Every order is billed once, shipped once, mailed once. */
export async function expectPowerCutSurvived(shop: Shop, { name, moment, before, after }: PowerCut): Promise<void> {
  const customerId = `customer-of-${name}`
  const email = `${customerId}@example.org`
  const placed = await putWorkBeforeAll(shop, customerId, email)

  await Promise.all(endpoints.map((each) => loseAndRestorePower(shop, each, { moment, before, after })))

  for (const orderId of placed) {
    expect(stepsOf(await shop.orderHas(orderId, wholeJourney))).toEqual(wholeJourney.toSorted())
    expect((await shop.charges(orderId)).charges).toHaveLength(1)
  }
  // A letter may be there twice: the power may go between the mail server's yes and the commit.
  const ids = (await shop.mails(email)).map(({ messageId }) => messageId)
  expect(new Set(ids)).toEqual(new Set(placed.map((orderId) => `<${orderId}.billed@petrel.example>`)))
  expect(await shop.points(customerId)).toBe(placed.length * 7)
  expect(await shop.failures()).toEqual([])
}

/** Stops all, in such an order that each of them has something to do when it starts. */
async function putWorkBeforeAll(shop: Shop, customerId: string, email: string): Promise<string[]> {
  const placed: string[] = []
  let awake: readonly EndpointName[] = endpoints
  for (const asleep of asleepInTurn) {
    await Promise.all(asleep.map((name) => shop.stop(name)))
    awake = awake.filter((name) => !asleep.includes(name))
    placed.push(...(await placeOrders(shop, customerId, email)))
    await eventually(async () => expect(await shop.lags(awake)).toEqual(new Map()), { withinMs: 60_000 })
  }
  return placed
}

async function placeOrders(shop: Shop, customerId: string, email: string): Promise<string[]> {
  const orderIds = Array.from({ length: 5 }, () => uuid7())
  const lines = [{ sku: 'green-tea', quantity: 2 }]
  await Promise.all(
    orderIds.map((orderId) => shop.keeper.send(PlaceOrder({ orderId, customerId, email, lines, acceptedAt: null }))),
  )
  return orderIds
}

async function loseAndRestorePower(
  shop: Shop,
  name: EndpointName,
  { moment, before, after }: Omit<PowerCut, 'name'>,
): Promise<void> {
  const doomed = await shop.system.startService(name, { NODE_OPTIONS: `--import ${crashAt}`, CRASH_AT: moment }, before)
  expect(await doomed.exited, `${name}:\n${JSON.stringify(doomed.logs.slice(-5))}`).toMatchObject({ signal: 'SIGKILL' })
  await shop.start(name, {}, after)
}
