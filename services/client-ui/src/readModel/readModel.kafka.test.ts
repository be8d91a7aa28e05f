import { fileURLToPath } from 'node:url'
import { OrderBilled, OrderPlaced, ProductListed, StockLevelChanged } from '@petrel/contracts'
import { type Message, uuid7 } from '@petrel/messaging'
import { migrate } from '@petrel/messaging/operations'
import { receive } from '@petrel/messaging/testing'
import { Client, Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually, testSystem } from '../../../../test/support/stack.ts'
import { clientUi } from '../endpoint.ts'
import { quiet } from '../testing/fakeShop.ts'
import { type Listener, listenForChanges } from './listen.ts'
import { postgresReadModel } from './postgres.ts'

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url))

const system = await testSystem()
const url = await system.createDatabase('client-ui')
const pool = new Pool({ connectionString: url, max: 4 })
pool.on('error', () => {}) // One test ends connections on purpose.
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

const hear = handle

const customer = { customerId: 'ada', email: 'ada@example.com' }
const placed = (orderId: string) =>
  OrderPlaced({ orderId, ...customer, lines: [], totalCents: 700, currency: 'EUR', placedAt: new Date() })
const billed = (orderId: string) =>
  OrderBilled({ orderId, ...customer, amountCents: 700, currency: 'EUR', chargeId: 'ch1', billedAt: new Date() })

describe('the history of an order', () => {
  test('is told in the order of sending, in whatever order it was heard', async () => {
    const orderId = uuid7()
    await hear(billed(orderId), { time: new Date(2_000) })
    await hear(placed(orderId), { time: new Date(1_000) })
    const [order] = await readModel.orders([orderId])
    expect(order).toMatchObject({ orderId, status: 'placed', totalCents: 700 })
    expect(order?.history.map(({ type, at }) => [type, at.getTime()])).toEqual([
      ['OrderPlaced', 1_000],
      ['OrderBilled', 2_000],
    ])
  })

  test('keeps two events of one type', async () => {
    const orderId = uuid7()
    await hear(billed(orderId))
    await hear(billed(orderId))
    const [order] = await readModel.orders([orderId])
    expect(order?.history).toHaveLength(2)
  })

  test('is not told of an order nobody has heard of', async () => {
    expect(await readModel.orders([uuid7()])).toEqual([])
  })

  test('gives the latest orders, oldest first', async () => {
    const ids = [uuid7(), uuid7(), uuid7()]
    for (const id of ids) await hear(placed(id))
    expect(await readModel.latest(2)).toEqual(ids.slice(1))
  })
})

const inCatalogue = async (sku: string) => (await readModel.catalogue()).find((each) => each.sku === sku)

describe('the catalogue', () => {
  const product = { name: 'Storm cup', unitCents: 990, currency: 'EUR' }
  test('shows the newest name and price, in whatever order they were heard', async () => {
    await handle(ProductListed({ sku: 'cup', ...product, unitCents: 1090 }), { time: new Date(2_000) })
    await handle(ProductListed({ sku: 'cup', ...product }), { time: new Date(1_000) })
    expect(await inCatalogue('cup')).toEqual({ sku: 'cup', ...product, unitCents: 1090, available: 0 })
  })

  test('shows the level with the highest version, also of a product that is listed later', async () => {
    await handle(StockLevelChanged({ sku: 'pot', available: 3, version: 2 }))
    await handle(StockLevelChanged({ sku: 'pot', available: 12, version: 1 }))
    expect(await inCatalogue('pot')).toBeUndefined()
    await handle(ProductListed({ sku: 'pot', ...product }))
    expect(await inCatalogue('pot')).toMatchObject({ available: 3 })
  })
})

describe('changes', () => {
  let listener: Listener
  const heard: (readonly string[] | 'all')[] = []
  let catalogueChanges = 0

  beforeEach(async () => {
    listener = listenForChanges(url, quiet)
    listener.onOrders((ids) => void heard.push(ids))
    listener.onCatalogue(() => void catalogueChanges++)
    await eventually(() => expect(heard).toContain('all'))
    heard.length = 0
    catalogueChanges = 0
  })
  afterEach(() => listener.close())

  test('made by any replica are heard by every other', async () => {
    const orderId = uuid7()
    await hear(placed(orderId))
    await eventually(() => expect(heard.flat()).toContain(orderId))
    await handle(StockLevelChanged({ sku: 'cup', available: 1, version: 99 }))
    await eventually(() => expect(catalogueChanges).toBeGreaterThan(0))
  })

  test('of a thousand orders in one statement are all heard, whatever the length of their ids', async () => {
    const longest = 'x'.repeat(300)
    await pool.query(
      `insert into order_history (order_id, message_id, type, at)
       select case when n = 0 then $1 else 'many-' || n end, 'm' || n, 'OrderPlaced', now() from generate_series(0, 999) as n`,
      [longest],
    )
    await eventually(() => expect(new Set(heard.flat()).size).toBe(1000))
    expect(heard.flat()).toContain(longest.slice(0, 64))
  })

  test('are heard again after the connection was lost, and whatever was missed is asked for', async () => {
    const other = new Client({ connectionString: system.addresses.databaseUrl })
    await other.connect()
    const { rowCount } = await other.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and query like 'listen%'`,
      [new URL(url).pathname.slice(1)],
    )
    await other.end()
    expect(rowCount).toBe(1)
    await eventually(() => expect(heard).toContain('all'), { withinMs: 5_000 })
    const orderId = uuid7()
    await hear(placed(orderId))
    await eventually(() => expect(heard.flat()).toContain(orderId), { withinMs: 5_000 })
  })
})
