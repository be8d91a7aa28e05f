import { fileURLToPath } from 'node:url'
import { OrderBilled, OrderPlaced, OrderShipped, ProductListed, ShipmentDelayed, StockLevelChanged } from '@petrel/contracts'
import { type Message, uuid7 } from '@petrel/messaging'
import { migrate } from '@petrel/messaging/operations'
import { receive } from '@petrel/messaging/testing'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testSystem } from '../../../../test/support/stack.ts'
import type { Acceptance } from '../order/acceptance.ts'
import { clientUi } from '../endpoint.ts'
import { quiet } from '../testing/fakeShop.ts'
import { postgresAcceptances } from './acceptances.ts'
import { postgresReadModel } from './postgres.ts'

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url))

const system = await testSystem()
const url = await system.createDatabase('client-ui')
const pool = new Pool({ connectionString: url, max: 4 })
const readModel = postgresReadModel(pool)

beforeAll(() => migrate(url, [{ namespace: 'client-ui', path: migrations }]))
afterAll(async () => {
  await pool.end()
  await system.cleanup()
})

/** Lets a handler do its work in the real database, as the engine would. */
async function handle(message: Message, options: { id?: string; time?: Date } = {}): Promise<void> {
  const tx = {
    query: async <R extends object>(sql: string, values: readonly unknown[] = []) =>
      (await pool.query(sql, [...values])).rows as R[],
  }
  const { inserted, error } = await receive(clientUi, message, { tx, message: options })
  expect(error).toBeUndefined()
  for (const { table, row } of inserted) {
    const columns = Object.keys(row)
    await pool.query(
      `insert into ${table} (${columns.join(', ')}) values (${columns.map((_, at) => `$${at + 1}`).join(', ')})`,
      Object.values(row),
    )
  }
}

const customer = { customerId: 'ada', email: 'ada@example.com' }
const acceptedAt = new Date('2026-03-01T10:00:00Z')
const lines = [{ sku: 'tea', name: 'Green tea', quantity: 2, unitCents: 350 }]
const placed = (orderId: string) =>
  OrderPlaced({ orderId, ...customer, lines, totalCents: 700, currency: 'EUR', placedAt: new Date(), acceptedAt })
const billed = (orderId: string) =>
  OrderBilled({ orderId, ...customer, amountCents: 700, currency: 'EUR', chargeId: 'ch1', billedAt: new Date() })

describe('the history of an order', () => {
  test('is given in the order of sending, in whatever order it came', async () => {
    const orderId = uuid7()
    await handle(billed(orderId), { time: new Date(2_000) })
    await handle(placed(orderId), { time: new Date(1_000) })
    const [order] = await readModel.orders([orderId])
    expect(order).toMatchObject({ orderId, status: 'placed', totalCents: 700 })
    expect(order?.history.map(({ type, at }) => [type, at.getTime()])).toEqual([
      ['OrderPlaced', 1_000],
      ['OrderBilled', 2_000],
    ])
  })

  test('keeps two events of one type', async () => {
    const orderId = uuid7()
    await handle(billed(orderId))
    await handle(billed(orderId))
    const [order] = await readModel.orders([orderId])
    expect(order?.history).toHaveLength(2)
  })

  test('is not there for an order that does not exist', async () => {
    expect(await readModel.orders([uuid7()])).toEqual([])
  })

  test('says what was ordered by whom, and when it was accepted, as it travelled with the order', async () => {
    const orderId = uuid7()
    await record(accepted(orderId, { acceptedAt: new Date('2026-03-01T10:00:05Z'), lines: [] }))
    await handle(placed(orderId))
    expect((await readModel.orders([orderId]))[0]).toMatchObject({ acceptedAt, customerId: 'ada', currency: 'EUR', lines })
  })
})

const threeIds = (): [string, string, string] => [uuid7(), uuid7(), uuid7()]

const accepted = (orderId: string, more: Partial<Acceptance> = {}): Acceptance => ({
  orderId,
  acceptedAt,
  customerId: 'ada',
  lines,
  currency: 'EUR',
  requestHash: 'hash',
  traceId: 'a-trace',
  ...more,
})

async function record(...all: readonly Acceptance[]): Promise<void> {
  const acceptances = postgresAcceptances(pool, quiet)
  for (const acceptance of all) acceptances.record(acceptance)
  await acceptances.close()
}

describe('an accepted order', () => {
  test('can be read before any service has it', async () => {
    const orderId = uuid7()
    await record(accepted(orderId))
    expect(await readModel.orders([orderId])).toEqual([
      {
        orderId,
        status: 'accepted',
        acceptedAt,
        customerId: 'ada',
        lines,
        currency: 'EUR',
        totalCents: null,
        traceId: 'a-trace',
        history: [],
      },
    ])
  })

  test('is found by another process under its id, with the request that came first', async () => {
    const orderId = uuid7()
    await record(accepted(orderId))
    const elsewhere = postgresAcceptances(pool, quiet)
    expect(await elsewhere.claim(accepted(orderId, { requestHash: 'other' }))).toEqual({
      requestHash: 'hash',
      acceptedAt,
      isAccepted: true,
    })
    expect(await elsewhere.claim(accepted(uuid7()))).toBeUndefined()
  })

  test('is remembered by this process, and one that was claimed also with its request', async () => {
    const [claimed, other] = [uuid7(), uuid7()]
    const acceptances = postgresAcceptances(pool, quiet)
    await acceptances.claim(accepted(claimed))
    for (const orderId of [claimed, other]) acceptances.record(accepted(orderId))
    expect([claimed, other, uuid7()].map((orderId) => acceptances.remembers(orderId))).toEqual([true, true, false])
    expect(await acceptances.claim(accepted(claimed, { requestHash: 'other' }))).toMatchObject({
      requestHash: 'hash',
      isAccepted: true,
    })
    await acceptances.close()
  })

  test('is accepted all the same while the database does not answer', async () => {
    const away = new Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none' })
    const acceptances = postgresAcceptances(away, quiet)
    expect(await acceptances.claim(accepted('42'))).toBeUndefined()
    expect(await acceptances.claim(accepted('42'))).toMatchObject({ isAccepted: false })
    await away.end()
  })
})

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000)
const late = (orderId: string) => ShipmentDelayed({ orderId, waitingFor: ['OrderBilled'], since: acceptedAt })

describe('the latest orders', () => {
  test('are the newest, beside those that are stuck or delayed whatever their age', async () => {
    const [stuck, delayed, over] = threeIds()
    const [old, newer, newest] = threeIds()
    await record(
      accepted(stuck, { acceptedAt: ago(500) }),
      accepted(delayed, { acceptedAt: ago(400) }),
      accepted(over, { acceptedAt: ago(300) }),
      accepted(old, { acceptedAt: ago(200) }),
      accepted(newer, { acceptedAt: ago(2) }),
      accepted(newest, { acceptedAt: ago(1) }),
    )
    for (const orderId of [delayed, over, old]) await handle(placed(orderId))
    for (const orderId of [delayed, over]) await handle(late(orderId))
    await handle(OrderShipped({ orderId: over, trackingCode: 'PT1', shippedAt: new Date() }))
    expect(new Set(await readModel.newest(2))).toEqual(new Set([newer, newest]))
    const behind = await readModel.late()
    expect(behind).toEqual(expect.arrayContaining([stuck, delayed]))
    expect(behind).not.toContain(over)
    expect(behind).not.toContain(old)
  })

  test('are there, too, when only their events are', async () => {
    const orderId = uuid7()
    await handle(placed(orderId), { time: new Date(Date.now() + 60_000) })
    expect(await readModel.newest(1)).toContain(orderId)
  })
})

test('the last answer of each service says how far it has come: when the order was accepted that it was about', async () => {
  const [first, last, unknown] = threeIds()
  const at = new Date('2100-01-01T00:00:00Z')
  await record(accepted(first), accepted(last, { acceptedAt: new Date('2026-03-01T11:00:00Z') }))
  await handle(billed(first), { time: at })
  await handle(billed(last), { time: new Date(at.getTime() + 1) })
  await handle(placed(unknown), { time: at })
  const answers = await readModel.lastAnswers()
  expect(answers.get('OrderBilled')).toEqual(new Date('2026-03-01T11:00:00Z'))
  expect(answers.get('OrderPlaced')).toEqual(at)
  expect(answers.has('PaymentDeclined')).toBe(false)
})

const inCatalogue = async (sku: string) => (await readModel.catalogue()).find((each) => each.sku === sku)

describe('the catalogue', () => {
  const product = { name: 'Storm cup', unitCents: 990, currency: 'EUR' }
  test('shows the newest name and price, in whatever order they came; how many are there it does not know yet', async () => {
    await handle(ProductListed({ sku: 'cup', ...product, unitCents: 1090 }), { time: new Date(2_000) })
    await handle(ProductListed({ sku: 'cup', ...product }), { time: new Date(1_000) })
    expect(await inCatalogue('cup')).toEqual({ sku: 'cup', ...product, unitCents: 1090, available: null })
  })

  test('shows the level with the highest version, also of a product that is listed later', async () => {
    await handle(StockLevelChanged({ sku: 'pot', available: 3, version: 2 }))
    await handle(StockLevelChanged({ sku: 'pot', available: 12, version: 1 }))
    expect(await inCatalogue('pot')).toBeUndefined()
    await handle(ProductListed({ sku: 'pot', ...product }))
    expect(await inCatalogue('pot')).toMatchObject({ available: 3 })
  })
})

describe('a snapshot', () => {
  test('is another one as soon as any replica has written something', async () => {
    const before = await readModel.snapshot()
    const orderId = uuid7()
    await handle(placed(orderId))
    const placedAt = await readModel.snapshot()
    await record(accepted(orderId))
    expect(new Set([before, placedAt, await readModel.snapshot()]).size).toBe(3)
  })

  test('is another one when a write that began before it is over', async () => {
    const client = await pool.connect()
    await client.query('begin')
    const orderId = uuid7()
    await client.query(`insert into order_history (order_id, type, at) values ($1, 'OrderPlaced', now())`, [orderId])
    const during = await readModel.snapshot()
    expect(await readModel.orders([orderId])).toEqual([])
    await client.query('commit')
    client.release()
    expect(await readModel.snapshot()).not.toBe(during)
    expect(await readModel.orders([orderId])).toHaveLength(1)
  })
})
