import type { FailureGroup, ReplayReport } from '@petrel/messaging/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sizeOf } from '../../packages/messaging/src/broker/size.ts'
import { petrel } from '../support/cli.ts'
import { countsOf, expectAccountedFor } from '../support/foreign/expectAccountedFor.ts'
import { type Foreign, foreignRecords, kinds } from '../support/foreign/foreignRecords.ts'
import { asRead } from '../support/foreign/headerPairs.ts'
import { messageTopics } from '../support/foreign/places.ts'
import { publishForeign } from '../support/foreign/publishForeign.ts'
import { raiseLimits, takeAnyTime } from '../support/foreign/raiseLimits.ts'
import { allEnded, differentOrders, expectEndedOnce, placeAll } from '../support/orders.ts'
import { randomFrom, seedFrom } from '../support/random.ts'
import { openShop, type Shop, stepsOf, wholeJourney } from '../support/shop.ts'
import { eventually } from '../support/stack.ts'

const orders = 1_000
const perKind = Number(process.env['FOREIGN_PER_KIND'] ?? 200)

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
  await raiseLimits(shop.system, await messageTopics(shop.system.prefix))
  await takeAnyTime(shop.system)
})
afterAll(() => shop[Symbol.asyncDispose]())

const expectNoLag = () =>
  eventually(async () => expect(await shop.lags()).toEqual(new Map()), { withinMs: 15 * 60_000, everyMs: 1_000 })

test(`${perKind} foreign records of each of ${Object.keys(kinds).length} kinds, over all topics that have subscribers, among 1,000 orders: each order comes to its end once, each record waits for a person or is handled, no process ends`, async () => {
  const random = randomFrom(seedFrom('FOREIGN_SEED'))
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
  await expectNoLag()

  await expectEndedOnce(shop, orderIds)
  expect(strangers.written).toBe(foreign.length)
  const fates = await expectAccountedFor(shop, foreign)
  console.log(countsOf(foreign, fates))
  expect([...shop.running.values()].filter((service) => service.hasExited())).toEqual([])
  await expectListed()
})

test('records of strangers in a dead letter topic itself, and among its marks: a person sees them and sends all back, and what cannot be handled waits again', async () => {
  const foreign = await foreignRecords(shop, { perKind: 20, random: randomFrom(seedFrom('FOREIGN_SEED')) })
  const small = foreign.filter(({ record }) => sizeOf(asSent(record)) < 500_000)
  await publishForeign(
    shop.system,
    small.map((each) => inTopic(each, `${shop.system.prefix}billing.dlt`)),
  )
  const keyed = small.filter(({ record }) => record.key !== null)
  await publishForeign(
    shop.system,
    keyed.map((each) => inTopic(each, `${shop.system.prefix}billing.replayed`)),
  )

  const waiting = await shop.failures('billing')
  expect(waiting.length).toBeGreaterThan(small.length / 2)
  const { out, err } = await petrel(shop.system, 'replay', 'billing', '--json')
  expect(err).toBe('')
  const { replayed, unsendable } = JSON.parse(out) as ReplayReport
  expect(replayed + unsendable.length).toBe(waiting.length)
  expect(replayed).toBeGreaterThan(0)

  await expectNoLag()
  const again = await shop.failures('billing')
  expect(again.length).toBeGreaterThan(unsendable.length)
  expect((await petrel(shop.system, 'failures')).code).toBe(0)
  const orderId = await shop.placeOrder()
  expect(stepsOf(await shop.orderHas(orderId, wholeJourney))).toEqual(wholeJourney.toSorted())
})

const asSent = (record: Foreign['record']) => ({ ...record, headers: asRead(record) })

/** The one partition that dead letter topics and their marks have. */
const inTopic = (each: Foreign, topic: string): Foreign => ({ ...each, record: { ...each.record, topic, partition: 0 } })

/** What waits for a person can be seen, whatever is in it. */
async function expectListed(): Promise<void> {
  const failures = await shop.failures()
  const { code, out } = await petrel(shop.system, 'failures', '--json')
  expect(code).toBe(0)
  const groups = JSON.parse(out) as FailureGroup[]
  expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(failures.length)
  expect(await petrel(shop.system, 'failures')).toMatchObject({ code: 0, err: '' })
}
