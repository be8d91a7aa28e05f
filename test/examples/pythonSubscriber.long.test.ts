import { styleText } from 'node:util'
import { OrderBilled } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dropDatabase } from '../../deploy/local/stack/databases.ts'
import { foreignKafkaProducer } from '../../packages/messaging/src/broker/kafkajs/testing/foreignKafkaProducer.ts'
import { ce, failure, headerText } from '../../packages/messaging/src/headers.ts'
import { petrel } from '../support/cli.ts'
import { raiseLimits } from '../support/foreign/raiseLimits.ts'
import { type WellFormed, wellFormedWriter, type WriteWellFormed } from '../support/foreign/wellFormed.ts'
import { getJson } from '../support/http.ts'
import { isWithoutPgBouncer, startPgBouncer } from '../support/pgBouncer.ts'
import { hasPython } from '../support/python.ts'
import { type PythonSubscriber, pythonSubscriber } from '../support/pythonSubscriber.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { eventually, joined, type RunningService } from '../support/stack.ts'

const name = 'fraud-check-py'
const isMissing = !(await hasPython())
if (isMissing)
  console.warn(
    styleText(
      'yellow',
      `\nLEFT OUT: the tests of ${name}. They need python3, 3.11 or newer, with venv (on Debian: apt-get install python3-venv).\n`,
    ),
  )

const ownHeaders = () => ({ [ce.source]: 'billing', [ce.id]: uuid7(), [ce.type]: OrderBilled.fullName })

// Where all tests must run (.ci/run) it is a failure.
describe.skipIf(isMissing && !process.env['CI'])('a subscriber in Python', () => {
  let shop: Shop
  let subscriber: PythonSubscriber
  let running: RunningService
  let write: WriteWellFormed
  let topic: string
  beforeAll(async () => {
    shop = await openShop({ without: ['shipping', 'email', 'loyalty'] })
    subscriber = await pythonSubscriber(shop)
    write = wellFormedWriter(shop.system)
    topic = shop.system.prefix + OrderBilled.topic
  })
  afterAll(async () => {
    await subscriber[Symbol.asyncDispose]()
    await shop[Symbol.asyncDispose]()
  })

  const allHandled = () => eventually(async () => expect(await subscriber.lag()).toBe(0n), { withinMs: 60_000 })
  const restart = async (env: Readonly<Record<string, string>> = {}) => joined((running = await subscriber.start(env)))
  const ordersJudged = async () => (await subscriber.verdicts()).map(({ order_id: orderId }) => orderId).toSorted()

  async function billedOrder(customerId: string): Promise<string> {
    const orderId = await shop.placeOrder({ customerId })
    await shop.orderHas(orderId, ['OrderBilled'])
    return orderId
  }

  /** Billing's event, for a customer of its own unless it is given. */
  const event = (number: number, change: Readonly<Record<string, string>> = {}) =>
    write(OrderBilled, number, (field, text) => change[field] ?? text)

  const publish = (messages: readonly WellFormed[], headers: () => Readonly<Record<string, string>>) =>
    shop.broker.publish(messages.map(({ key, value }) => ({ topic, key, value, headers: headers() })))

  test('that is deployed after the first orders were billed judges those first, and then each that comes', async () => {
    const past = await Promise.all(['ada', 'ada', 'grace'].map(billedOrder))
    expect(await subscriber.deploy()).toBe(`${name} is deployed.\n`)
    expect(await subscriber.deploy()).toBe(`${name} is deployed.\n`)
    await restart({ FRAUD_LIMITS_CENTS: '{"EUR": 1000}' })
    await eventually(async () => expect(await ordersJudged()).toEqual(past.toSorted()))

    const present = await billedOrder('ada')
    await eventually(async () => expect(await ordersJudged()).toEqual([...past, present].toSorted()))
    const ofAda = (await subscriber.verdicts()).filter(({ customer_id: customerId }) => customerId === 'ada')
    expect(ofAda.map(({ verdict }) => verdict).toSorted()).toEqual(['fine', 'suspicious', 'suspicious'])
    expect(await subscriber.spentBy('ada')).toBe(3 * 700)
  })

  test('judges an order once, however often its message is there', async () => {
    const before = await ordersJudged()
    const records = await shop.records(OrderBilled.topic)
    const copies = records.map(({ topic: same, key, value, headers }) => ({ topic: same, key, value, headers }))
    await shop.broker.publish([...copies, ...copies])
    await allHandled()

    expect(await ordersJudged()).toEqual(before)
    expect(await subscriber.spentBy('ada')).toBe(3 * 700)
    const { port } = await running.logged(({ event: logged }) => logged === 'ops')
    const outcomes = await getJson(`http://127.0.0.1:${String(port)}/ready`)
    expect(outcomes).toEqual({ handled: before.length, duplicate: 2 * before.length, 'dead-letter': 0 })
  })

  test('knows a message by source and id together, and one without an id by its place', async () => {
    const [mine, other, nameless] = await Promise.all([1, 2, 3].map((number) => event(number, { customerId: 'three' })))
    const id = uuid7()
    await publish([mine as WellFormed], () => ({ ...ownHeaders(), [ce.id]: id }))
    await publish([other as WellFormed], () => ({ ...ownHeaders(), [ce.id]: id, [ce.source]: 'elsewhere' }))
    await foreignKafkaProducer(shop.system.addresses.kafkaBrokers.split(',')).publish([
      {
        topic,
        key: null,
        value: nameless?.value ?? null,
        headers: { [ce.id]: null, [ce.source]: ['', 'twice'], 'x-\u{1F375}': Buffer.of(255) },
      },
    ])
    await allHandled()
    expect(await ordersJudged()).toEqual(expect.arrayContaining(['foreign-1', 'foreign-2', 'foreign-3']))
    expect(await subscriber.spentBy('three')).toBe(6)
  })

  test('puts what nobody can read where petrel failures shows it, untouched, and goes on', async () => {
    await raiseLimits(shop.system, [topic])
    const readable = (await event(4)).value
    const garbage: Readonly<Record<string, { value: Buffer | null; type?: string }>> = {
      'no Avro': { value: Buffer.from('garbage') },
      'no value': { value: null },
      'an empty value': { value: Buffer.alloc(0) },
      'a cut body': { value: readable.subarray(0, -3) },
      'a longer body': { value: Buffer.concat([readable, Buffer.from('x')]) },
      'another type': { value: readable, type: 'sales.OrderPlaced' },
      'an unknown schema': { value: Buffer.from([0, 127, 1, 2, 3, 4]) },
      'too large for its dead letter topic': { value: Buffer.alloc(2_200_000, 'x') },
    }
    for (const [label, { value, type = OrderBilled.fullName }] of Object.entries(garbage))
      await shop.broker.publish([{ topic, key: label, value, headers: { ...ownHeaders(), [ce.type]: type, 'x-label': label } }])
    const next = await billedOrder('grace')
    await allHandled()

    expect(await ordersJudged()).toContain(next)
    const failures = await subscriber.failures()
    expect(failures.map(({ key = '' }) => key).toSorted()).toEqual(Object.keys(garbage).toSorted())
    for (const { key, endpoint, handler, errorType, attempts, original } of failures) {
      const unknown = key === 'an unknown schema'
      expect({ endpoint, handler, errorType, attempts }, key).toEqual({
        endpoint: name,
        handler: 'judge',
        errorType: unknown ? 'UnknownSchema' : 'Undecodable',
        attempts: unknown ? 3 : 1,
      })
      expect(original.topic).toBe(topic)
    }
    for (const letter of await shop.records(`${name}.dlt`)) {
      const label = headerText(letter.headers, 'x-label') ?? ''
      const isLarge = label.startsWith('too large')
      expect(letter.value, label).toEqual(isLarge ? null : garbage[label]?.value)
      expect(headerText(letter.headers, failure.bodyBytes), label).toBe(isLarge ? '2200000' : undefined)
    }
    expect((await petrel(shop.system, 'discard', name, '--reason', 'It was garbage')).code).toBe(0)
    expect(await subscriber.failures()).toEqual([])
  })

  test('leaves to a person what it has no limit for, and judges it when that was mended and replayed', async () => {
    const inFrancs = await event(5, { currency: 'CHF', customerId: 'heidi' })
    await publish([inFrancs], ownHeaders)
    await eventually(async () =>
      expect(await subscriber.failures()).toMatchObject([
        { key: 'foreign-5', errorType: 'UnknownCurrency', attempts: 3, source: 'billing', type: OrderBilled.fullName },
      ]),
    )
    await running.stop()
    await restart({ FRAUD_LIMITS_CENTS: '{"EUR": 1000, "CHF": 1000}' })
    expect(await petrel(shop.system, 'replay', name)).toMatchObject({ code: 0, out: `Sent 1 message back to ${name}.\n` })
    await eventually(async () => expect(await ordersJudged()).toContain('foreign-5'))
    await allHandled()
    expect(await subscriber.failures()).toEqual([])
    expect(await subscriber.spentBy('heidi')).toBe(2)
  })

  test('that is killed again and again in the middle loses nothing, and counts nothing twice', async () => {
    const count = 1_000
    const cents = 2
    const events = await Promise.all(Array.from({ length: count }, (_, number) => event(1_000 + number, { customerId: 'storm' })))
    await running.stop()
    await publish(events, ownHeaders)
    for (const enough of [1, count / 2]) {
      running = await subscriber.start()
      await eventually(async () => expect(await subscriber.spentBy('storm')).toBeGreaterThanOrEqual(cents * enough), {
        withinMs: 60_000,
        everyMs: 5,
      })
      await running.kill('SIGKILL')
      expect(await subscriber.spentBy('storm')).toBeLessThan(cents * count)
    }
    await restart()
    await allHandled()

    const judged = (await subscriber.verdicts()).filter(({ customer_id: customerId }) => customerId === 'storm')
    expect(judged.map(({ order_id: orderId }) => orderId).toSorted()).toEqual(events.map(({ key }) => key).toSorted())
    expect(await subscriber.spentBy('storm')).toBe(cents * count)
    expect(await subscriber.failures()).toEqual([])
  })

  test.skipIf(isWithoutPgBouncer())('judges behind PgBouncer in transaction mode, too', async () => {
    await using pooler = await startPgBouncer({ databaseUrl: shop.system.addresses.databaseUrl, poolSize: 2 })
    await running.stop()
    await restart({ DATABASE_URL: await pooler.urlOf(await shop.system.createDatabase(name)) })
    // More than psycopg runs of one kind before it gives them names.
    const events = await Promise.all(Array.from({ length: 20 }, (_, number) => event(5_000 + number, { customerId: 'pooled' })))
    await publish(events, ownHeaders)
    await eventually(async () => expect(await subscriber.spentBy('pooled')).toBe(2 * events.length))
    expect(await subscriber.failures()).toEqual([])
    await running.stop()
    await restart()
  })

  test('waits for a database that is away, and no message pays for it', async () => {
    const url = new URL(await shop.system.createDatabase(name))
    const database = url.pathname.slice(1)
    const superuser = new Client({ connectionString: shop.system.addresses.databaseUrl })
    await superuser.connect()
    try {
      await superuser.query(`alter database ${database} allow_connections false`)
      await superuser.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = $2',
        [database, name],
      )
      await publish([await event(6)], ownHeaders)
      await running.logged(({ event: logged, message }) => logged === 'waiting' && String(message).startsWith('OperationalError'))
    } finally {
      await superuser.query(`alter database ${database} allow_connections true`)
      await superuser.end()
    }
    await eventually(async () => expect(await ordersJudged()).toContain('foreign-6'))
    expect(await subscriber.failures()).toEqual([])
  })

  test('tells its cluster how it is, and ends in good order on SIGTERM', async () => {
    const { port } = await running.logged(({ event: logged }) => logged === 'ops')
    const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${String(port)}${path}`)).status
    expect(await Promise.all(['/live', '/ready', '/metrics', '/nothing'].map(statusOf))).toEqual([200, 200, 200, 404])
    const ready = `http://127.0.0.1:${String(port)}/ready`
    expect(await subscriber.askReady(ready)).toBe(`${ready} is ready.\n`)
    expect(await running.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(await subscriber.lag()).toBe(0n)
  })

  test('that is deployed with an administrator’s address makes a database and a role of its own; removed, it leaves nothing', async () => {
    const { databaseUrl } = shop.system.addresses
    const own = new URL(databaseUrl)
    own.username = `${shop.system.prefix}fraud`
    own.pathname = `/${own.username}`
    const withPassword = (password: string) => {
      own.password = password
      return { DATABASE_URL: own.href, DATABASE_ADMIN_URL: databaseUrl }
    }
    try {
      for (const password of ['first', 'second'])
        expect(await subscriber.deploy(withPassword(password))).toBe(`${name} is deployed.\n`)
      for (const time of ['first', 'again']) expect(await subscriber.remove(withPassword(time))).toBe(`${name} is removed.\n`)
      const left = (await shop.broker.admin.topics()).filter((each) => each.startsWith(shop.system.prefix + name))
      expect(left).toEqual([])
      await expect(subscriber.deploy({ DATABASE_URL: own.href })).rejects.toThrow(/authentication failed|does not exist/)
    } finally {
      await dropDatabase(databaseUrl, own.username)
    }
  })
})
