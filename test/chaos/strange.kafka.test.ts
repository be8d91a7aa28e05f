import { OrderPlaced, PlaceOrder } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BrokerRecord } from '../../packages/messaging/src/broker/port.ts'
import { ce, failure, headerText } from '../../packages/messaging/src/headers.ts'
import { compressingProducer } from '../support/elsewhere.ts'
import { expectAccountedFor } from '../support/foreign/expectAccountedFor.ts'
import type { Fate } from '../support/foreign/foreignAccounts.ts'
import { foreignRecords, labelHeader } from '../support/foreign/foreignRecords.ts'
import { messageTopics } from '../support/foreign/places.ts'
import { publishForeign } from '../support/foreign/publishForeign.ts'
import { raiseLimits, takeAnyTime } from '../support/foreign/raiseLimits.ts'
import { randomFrom, seedFrom } from '../support/random.ts'
import { openShop, type Shop, stepsOf, typesOf, wholeJourney } from '../support/shop.ts'
import { eventually } from '../support/stack.ts'

const order = { customerId: 'grace', email: 'grace@example.org', lines: [{ sku: 'green-tea', quantity: 2 }] }

describe('strange records', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const allHandled = () => eventually(async () => expect(await shop.lags()).toEqual(new Map()), { withinMs: 60_000 })

  async function recordsOf(orderId: string): Promise<BrokerRecord[]> {
    const topics = await messageTopics('')
    const records = await Promise.all(topics.map((topic) => shop.records(topic)))
    return records.flat().filter(({ key }) => key?.toString() === orderId)
  }

  test('a message that is delivered three times, in each topic of the journey, has one effect everywhere', async () => {
    const orderId = uuid7()
    const id = uuid7()
    for (let times = 0; times < 3; times += 1) await shop.keeper.send(PlaceOrder({ orderId, ...order, acceptedAt: null }), { id })
    await shop.orderHas(orderId, wholeJourney)
    const said = (await recordsOf(orderId)).filter(({ topic }) => topic !== shop.system.prefix + PlaceOrder.topic)
    // What was announced, and the command and the alarm that shipping has sent to itself.
    expect(said.length).toBeGreaterThanOrEqual(wholeJourney.length + 1)

    const copies = said.map(({ topic, key, value, headers }) => ({ topic, key, value, headers }))
    await shop.broker.publish([...copies, ...copies])
    await allHandled()

    expect(typesOf(await shop.order(orderId))).toEqual(wholeJourney.toSorted())
    expect((await shop.charges(orderId)).charges).toHaveLength(1)
    expect((await shop.mails(order.email)).map(({ messageId }) => messageId)).toEqual([`<${orderId}.billed@petrel.example>`])
    expect(await shop.points(order.customerId)).toBe(7)
    const ids = (await recordsOf(orderId)).map(({ topic, headers }) => `${topic} ${headerText(headers, ce.id)}`)
    expect(ids).toHaveLength(3 + 3 * said.length)
    expect(new Set(ids).size).toBe(1 + said.length)
    expect((await shop.failures()).filter(({ key }) => key === orderId)).toEqual([])
  })

  test('records of every kind that Petrel never writes, in every topic that has subscribers: each waits for a person, untouched, or is handled, and orders go on', async () => {
    const random = randomFrom(seedFrom('STRANGE_SEED'))
    await raiseLimits(shop.system, await messageTopics(shop.system.prefix))
    await takeAnyTime(shop.system)
    const foreign = await foreignRecords(shop, { perKind: 6, random })

    const placing = Array.from({ length: 30 }, () => shop.placeOrder(order))
    await publishForeign(shop.system, foreign)
    const orderIds = await Promise.all([...placing, ...Array.from({ length: 30 }, () => shop.placeOrder(order))])

    for (const orderId of orderIds) {
      expect(stepsOf(await shop.orderHas(orderId, wholeJourney))).toEqual(wholeJourney.toSorted())
      expect((await shop.charges(orderId)).charges).toHaveLength(1)
    }
    await allHandled()
    const fates = await expectAccountedFor(shop, foreign)
    expect([...shop.running.values()].filter((service) => service.hasExited())).toEqual([])
    expectRetriesOfUnknownSchemas(fates)
    expectParked(fates)
    expect((await shop.failures()).length).toBeGreaterThan(foreign.length / 2)
  })

  test('records from a producer that compresses are read, and one too large for a dead letter when it is unpacked leaves its body where it is', async () => {
    const orderId = uuid7()
    await using elsewhere = await compressingProducer(shop.system.addresses.kafkaBrokers)
    const topic = shop.system.prefix + OrderPlaced.topic
    await elsewhere.send(topic, { key: orderId, value: 'x'.repeat(1_000), headers: { [labelHeader]: 'compressed' } })
    await elsewhere.send(topic, { key: orderId, value: 'x'.repeat(5_000_000), headers: { [labelHeader]: 'large' } })

    await shop.keeper.send(PlaceOrder({ orderId, ...order, acceptedAt: null }))
    expect(stepsOf(await shop.orderHas(orderId, wholeJourney))).toEqual(wholeJourney.toSorted())
    for (const name of ['billing', 'stock', 'shipping', 'client-ui']) {
      const letters = await shop.records(`${name}.dlt`)
      const letter = (label: string) => letters.find(({ headers }) => headerText(headers, labelHeader) === label)
      expect(letter('compressed')?.value).toHaveLength(1_000)
      expect(letter('large')?.value).toBeNull()
      expect(headerText(letter('large')?.headers ?? {}, failure.bodyBytes)).toBe('5000000')
    }
  })
})

const errorOf = (letter: BrokerRecord | undefined) => headerText(letter?.headers ?? {}, failure.errorType)

/** The registry may know it in a moment. */
function expectRetriesOfUnknownSchemas(fates: readonly Fate[]): void {
  const unknown = fates.filter(
    ({ foreign, deadLetter }) => foreign.kind === 'an unknown schema id' && errorOf(deadLetter) === 'UnknownSchema',
  )
  expect(unknown.length).toBeGreaterThan(0)
  for (const { deadLetter } of unknown) expect(headerText(deadLetter?.headers ?? {}, failure.attempts)).toBe('4')
}

/** Larger than the dead letter topic takes. */
function expectParked(fates: readonly Fate[]): void {
  const tooLarge = fates.filter(({ foreign }) => (foreign.record.value?.length ?? 0) > 2 * 1024 * 1024)
  expect(tooLarge.length).toBeGreaterThan(0)
  for (const { foreign, deadLetter } of tooLarge) {
    expect(deadLetter?.value, foreign.label).toBeNull()
    expect(headerText(deadLetter?.headers ?? {}, failure.bodyBytes), foreign.label).toBe(String(foreign.record.value?.length))
  }
}
