import type { FailureGroup } from '@petrel/messaging/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { petrel } from '../support/cli.ts'
import { countsOf, expectAccountedFor } from '../support/foreign/expectAccountedFor.ts'
import { foreignRecords, kinds } from '../support/foreign/foreignRecords.ts'
import { everyPlace } from '../support/foreign/places.ts'
import { publishForeign } from '../support/foreign/publishForeign.ts'
import { raiseLimits } from '../support/foreign/raiseLimits.ts'
import { allEnded, differentOrders, expectEndedOnce, placeAll } from '../support/orders.ts'
import { randomFrom, seedFrom } from '../support/random.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { eventually } from '../support/stack.ts'

const orders = 1_000
const perKind = Number(process.env['FOREIGN_PER_KIND'] ?? 200)

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

test(`${perKind} foreign records of each of ${Object.keys(kinds).length} kinds, over all topics that have subscribers, among 1,000 orders: each order comes to its end once, each record waits for a person or is handled, no process ends`, async () => {
  const random = randomFrom(seedFrom('FOREIGN_SEED'))
  const messageTopics = (await everyPlace(shop.broker, shop.system.prefix)).filter(({ types }) => types.length === 1)
  await raiseLimits(
    shop.system,
    messageTopics.map(({ topic }) => topic),
  )
  const foreign = await foreignRecords(shop, { perKind, random })
  const strangers = { written: 0, done: Promise.resolve() }
  const writeUpTo = (count: number) => {
    const next = foreign.slice(strangers.written, count)
    strangers.written = Math.max(strangers.written, count)
    strangers.done = strangers.done.then(() => publishForeign(shop.system, next))
  }

  const orderIds = await placeAll(shop, differentOrders(orders, random), (accepted) => {
    if (accepted % 25 === 0) writeUpTo(Math.ceil((foreign.length * accepted) / orders))
  })
  await strangers.done
  await allEnded(shop, orderIds)
  await eventually(async () => expect(await shop.lags()).toEqual(new Map()), { withinMs: 15 * 60_000, everyMs: 1_000 })

  await expectEndedOnce(shop, orderIds)
  expect(strangers.written).toBe(foreign.length)
  const fates = await expectAccountedFor(shop, foreign)
  console.log(countsOf(foreign, fates))
  expect([...shop.running.values()].filter((service) => service.hasExited())).toEqual([])
  await expectListed()
})

/** What waits for a person can be seen, whatever is in it. */
async function expectListed(): Promise<void> {
  const failures = await shop.failures()
  const { code, out } = await petrel(shop.system, 'failures', '--json')
  expect(code).toBe(0)
  const groups = JSON.parse(out) as FailureGroup[]
  expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(failures.length)
  expect(await petrel(shop.system, 'failures')).toMatchObject({ code: 0, err: '' })
}
