import { OrderPlaced, PlaceOrder } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import { confluentRegistry, plan } from '@petrel/messaging/operations'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from '../../deploy/local/folders.ts'
import { loadServices } from '../../packages/cli/src/services.ts'
import type { BrokerRecord } from '../../packages/messaging/src/broker/port.ts'
import { ce, headerText } from '../../packages/messaging/src/headers.ts'
import { compressingProducer } from '../support/elsewhere.ts'
import { expectUntouched, poisonFor } from '../support/poison.ts'
import { endpoints, openShop, type Shop, typesOf, wholeJourney } from '../support/shop.ts'
import { eventually } from '../support/stack.ts'

const order = { customerId: 'grace', email: 'grace@example.org', lines: [{ sku: 'green-tea', quantity: 2 }] }

/** All that is said in the shop, without prefix. */
async function messageTopics(): Promise<string[]> {
  const plans = (await loadServices(ROOT)).map(({ endpoint }) => plan(endpoint, ''))
  return plans.flatMap(({ owns }) => owns.map(({ topic }) => topic))
}

describe('strange records', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const allHandled = () => eventually(async () => expect(await shop.lags()).toEqual(new Map()), { withinMs: 60_000 })

  async function recordsOf(orderId: string): Promise<BrokerRecord[]> {
    const topics = await messageTopics()
    const records = await Promise.all(topics.map((topic) => shop.records(topic)))
    return records.flat().filter(({ key }) => key?.toString() === orderId)
  }

  test('a message that is delivered three times, in each topic of the journey, has one effect everywhere', async () => {
    const orderId = uuid7()
    const id = uuid7()
    for (let times = 0; times < 3; times += 1) await shop.keeper.send(PlaceOrder({ orderId, ...order }), { id })
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

  /** All there is to hear, and who hears it. */
  async function hearers(): Promise<Map<string, string[]>> {
    const services = await loadServices(ROOT)
    const heard = services.flatMap(({ name, endpoint }) =>
      plan(endpoint, shop.system.prefix).groups.flatMap(({ topics }) => topics.map((topic) => ({ topic, name }))),
    )
    const byTopic = Map.groupBy(heard, ({ topic }) => topic)
    return new Map([...byTopic].map(([topic, some]) => [topic, some.map(({ name }) => name)]))
  }

  /** A schema id that is registered, whatever it is the schema of. */
  async function knownSchemaId(): Promise<number> {
    const registry = confluentRegistry({ url: shop.system.addresses.registryUrl })
    const id = await registry.idOf(`${shop.system.prefix}${PlaceOrder.topic}-value`, PlaceOrder.schema)
    if (id === undefined) throw new Error('PlaceOrder is not registered')
    return id
  }

  test('a record that nobody can read waits in the dead letter topic of each who hears it, untouched, and nobody stops for it', async () => {
    const orderId = uuid7()
    const topics = await hearers()
    const poison = [...topics.keys()].flatMap((topic) => poisonFor(topic, orderId, knownId))
    expect(poison.length).toBeGreaterThan(100)
    await shop.broker.publish(poison.map(({ record }) => record))

    // Its messages lie behind the poison: same key, same partitions.
    await shop.keeper.send(PlaceOrder({ orderId, ...order }))
    expect(typesOf(await shop.orderHas(orderId, wholeJourney))).toEqual(wholeJourney.toSorted())
    await allHandled()

    for (const name of endpoints) {
      const dlt = await shop.records(`${name}.dlt`)
      const found = new Map(dlt.map((record) => [headerText(record.headers, 'x-poison'), record]))
      const expected = poison.filter(({ record }) => topics.get(record.topic)?.includes(name))
      expect([...found.keys()]).toEqual(expect.arrayContaining(expected.map(({ label }) => label)))
      expect(dlt.filter(({ key }) => key === null || String(key) === orderId)).toHaveLength(expected.length)
      for (const { label, record } of expected) expectUntouched(found.get(label), record, name)
    }
    expect([...shop.running.values()].filter((service) => service.hasExited())).toEqual([])
  })

  test('a record from a producer that compresses as kafkajs cannot read is unpacked by the broker, and one too large then is refused', async () => {
    const orderId = uuid7()
    await using elsewhere = await compressingProducer(shop.system.addresses.kafkaBrokers)
    const topic = shop.system.prefix + OrderPlaced.topic
    const label = 'compressed'
    await elsewhere.send(topic, { key: orderId, value: 'x'.repeat(1_000), headers: { 'x-poison': label } })
    await expect(elsewhere.send(topic, { key: orderId, value: 'x'.repeat(5_000_000) })).rejects.toThrow(/larger than the max/)

    await shop.keeper.send(PlaceOrder({ orderId, ...order }))
    expect(typesOf(await shop.orderHas(orderId, wholeJourney))).toEqual(wholeJourney.toSorted())
    for (const name of ['billing', 'stock', 'shipping', 'client-ui'])
      expect((await shop.records(`${name}.dlt`)).map(({ headers }) => headerText(headers, 'x-poison'))).toContain(label)
  })

  let knownId = 0
  beforeAll(async () => {
    knownId = await knownSchemaId()
  })
})
