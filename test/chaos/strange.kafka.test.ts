import { PlaceOrder } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import { confluentRegistry, plan } from '@petrel/messaging/operations'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from '../../deploy/local/folders.ts'
import { loadServices } from '../../packages/cli/src/services.ts'
import type { BrokerRecord, OutgoingRecord } from '../../packages/messaging/src/broker/port.ts'
import { partitionOf } from '../../packages/messaging/src/broker/partitioner.ts'
import { ce, headerText } from '../../packages/messaging/src/headers.ts'
import { endpoints, openShop, type Shop, typesOf, wholeJourney } from '../support/shop.ts'
import { eventually } from '../support/stack.ts'

const order = { customerId: 'grace', email: 'grace@example.org', lines: [{ sku: 'green-tea', quantity: 2 }] }

describe('strange records', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const allHandled = () => eventually(async () => expect(await shop.lags()).toEqual(new Map()), { withinMs: 60_000 })

  async function messageTopics(): Promise<string[]> {
    const plans = (await loadServices(ROOT)).map(({ endpoint }) => plan(endpoint, ''))
    return plans.flatMap(({ owns }) => owns.map(({ topic }) => topic))
  }

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
      expect([...found.keys()].toSorted()).toEqual(expected.map(({ label }) => label).toSorted())
      expect(dlt).toHaveLength(expected.length)
      for (const { label, record } of expected) expectUntouched(found.get(label), record, name)
    }
    expect([...shop.running.values()].filter((service) => service.hasExited())).toEqual([])
  })

  let knownId = 0
  beforeAll(async () => {
    knownId = await knownSchemaId()
  })
})

interface Poison {
  readonly label: string
  readonly record: OutgoingRecord
}

/** Schema id 2,000,000,000: nobody has it. */
const unknownSchema = Buffer.from([0, 0x77, 0x35, 0x94, 0, 1, 2, 3])

function poisonFor(topic: string, key: string, knownId: number): Poison[] {
  const cutOff = Buffer.alloc(6)
  cutOff.writeInt32BE(knownId, 1)
  // Says that a text of 63 bytes follows; nothing does.
  cutOff[5] = 126
  const type = { [ce.type]: 'no.such.Message' }
  const kinds: Record<string, Partial<OutgoingRecord>> = {
    'no Avro': { value: Buffer.from('{"orderId": 42}') },
    'unknown schema': { value: unknownSchema },
    'cut off': { value: cutOff },
    'unknown type': { value: unknownSchema, headers: type },
    'no value': { value: null },
    'empty value': { value: Buffer.alloc(0) },
    'no key': { key: null, value: Buffer.from([255]), partition: partitionOf(key, 6) },
    'id from elsewhere': { value: Buffer.from([1]), headers: { [ce.id]: uuid7() } },
  }
  return Object.entries(kinds).map(([kind, { headers, ...rest }]) => {
    const label = `${topic}: ${kind}`
    const foreign = { 'x-poison': label, 'x-bytes': Buffer.from([0, 255, 128]), 'x-twice': ['one', 'two'] }
    return { label, record: { topic, key, value: null, ...rest, headers: { ...foreign, ...headers } } }
  })
}

function expectUntouched(found: BrokerRecord | undefined, sent: OutgoingRecord, endpoint: string): void {
  if (found === undefined) throw new Error('it is not there')
  expect(found.value).toEqual(sent.value)
  expect(found.key?.toString()).toEqual(sent.key ?? undefined)
  const { headers } = found
  expect(headers['x-bytes']).toEqual(Buffer.from([0, 255, 128]))
  expect(String(headers['x-twice'])).toBe('one,two')
  expect(headerText(headers, ce.type)).toBe(headerText(sent.headers, ce.type))
  const texts = Object.fromEntries(Object.keys(headers).map((name) => [name, headerText(headers, name)]))
  expect(texts).toMatchObject({
    'petrel-original-topic': sent.topic,
    'petrel-original-partition': expect.stringMatching(/^\d+$/),
    'petrel-original-offset': expect.stringMatching(/^\d+$/),
    'petrel-endpoint': endpoint,
    'petrel-error-type': 'Undecodable',
    'petrel-error-message': expect.stringMatching(/.{10}/),
    'petrel-error-stack': expect.stringContaining('Undecodable'),
    'petrel-attempts': '1',
    'petrel-failed-at': expect.stringMatching(/^\d{4}-.*Z$/),
  })
}
