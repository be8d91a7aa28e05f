import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hang } from '../../../test/support/hang.ts'
import type { OwnStack } from '../../../test/support/oneStack.ts'
import { openShop, type Shop } from '../../../test/support/shop.ts'
import { openForBusiness } from '../../../test/support/shopkeeper.ts'
import { startOwnStack } from '../../../test/support/stack.ts'
import { readEvents } from './testing/eventSource.ts'

const anOrder = { customerId: 'ada', email: 'ada@example.org', lines: [{ sku: 'green-tea', quantity: 2 }] }

const orderIdOf = async (response: Response) => ((await response.json()) as { orderId: string }).orderId

describe('the shop front in bad weather', () => {
  let own: OwnStack
  let shop: Shop
  beforeAll(async () => {
    // Of its own, since its parts are made to fail.
    own = await startOwnStack()
    shop = await openShop({ addresses: own.stack, without: ['billing', 'shipping', 'email', 'loyalty'] })
  })
  afterAll(async () => {
    await shop?.[Symbol.asyncDispose]()
    await own?.remove()
  })

  const place = (key: string, order: object = anOrder) =>
    fetch(`http://127.0.0.1:${shop.system.ports.clientUi}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(order),
      signal: AbortSignal.timeout(5_000),
    })

  test('an order placed twice with one idempotency key is one order', async () => {
    const [first, second] = [await place('twice'), await place('twice')]
    const orderId = await orderIdOf(first)
    expect(await orderIdOf(second)).toBe(orderId)
    // The one after it is handled after both.
    const later = await orderIdOf(await place('later'))
    await shop.orderHas(later, ['OrderPlaced', 'StockReserved'])
    const { history } = await shop.orderHas(orderId, ['OrderPlaced', 'StockReserved'])
    expect(history.map(({ type }) => type).toSorted()).toEqual(['OrderPlaced', 'StockReserved'])
  })

  // A Kafka of somebody else is not ours to stop.
  test.skipIf(process.env['KAFKA_BROKERS'])(
    'while Kafka hangs an order is refused within five seconds, and the same request is one order when Kafka is back',
    async () => {
      const kafka = own.stack.pids().kafka
      if (kafka === undefined) throw new Error('The stack has started no Kafka.')
      const goOn = await hang(kafka)
      const refused = await place('hanging').finally(goOn)
      expect(refused.status).toBe(503)
      expect(refused.headers.get('retry-after')).not.toBeNull()

      const accepted = await vi.waitUntil(
        async () => {
          const response = await place('hanging')
          return response.status === 202 ? response : undefined
        },
        { timeout: 30_000, interval: 500 },
      )
      const { history } = await shop.orderHas(await orderIdOf(accepted), ['OrderPlaced', 'StockReserved'])
      expect(history.filter(({ type }) => type === 'OrderPlaced')).toHaveLength(1)
    },
  )

  test('while its own database is away it goes on accepting orders, and tells their history when it is back', async () => {
    const admin = new Client({ connectionString: own.stack.databaseUrl })
    await admin.connect()
    const database = new URL(await shop.system.createDatabase('client-ui')).pathname.slice(1)
    try {
      await admin.query(`alter database ${database} allow_connections false`)
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [database])
      const accepted = await place('no-database')
      expect(accepted.status).toBe(202)
      const orderId = await orderIdOf(accepted)
      const unread = await fetch(`http://127.0.0.1:${shop.system.ports.clientUi}/api/orders/${orderId}`)
      expect(unread.status).toBe(503)
      await admin.query(`alter database ${database} allow_connections true`)
      await shop.orderHas(orderId, ['OrderPlaced', 'StockReserved'], 60_000)
    } finally {
      await admin.query(`alter database ${database} allow_connections true`)
      await admin.end()
    }
  })

  test('an order that no service has taken yet is there, with the moment of its acceptance, and among the latest', async () => {
    await shop.stop('sales')
    const response = await place('accepted-only')
    const orderId = await orderIdOf(response)
    const order = await shop.orderHas(orderId, [])
    expect(order).toMatchObject({ status: 'accepted', acceptedAt: response.headers.get('accepted-at'), history: [] })
    const stream = await readEvents(`http://127.0.0.1:${shop.system.ports.clientUi}/api/orders/events`)
    await stream.untilText(orderId)
    stream.close()
    await shop.start('sales')
    const placed = await shop.orderHas(orderId, ['OrderPlaced'])
    expect(placed.acceptedAt).toBe(order.acceptedAt)
  })

  test('a key that another process has seen is known here, too: with another body it is refused', async () => {
    const first = await place('seen-before')
    expect(first.status).toBe(202)
    await shop.orderHas(await orderIdOf(first), [])
    await shop.stop('client-ui')
    await shop.start('client-ui')
    await openForBusiness(`http://127.0.0.1:${shop.system.ports.clientUi}`)
    const other = await place('seen-before', { ...anOrder, lines: [{ sku: 'green-tea', quantity: 5 }] })
    expect(other.status).toBe(422)
    expect((await place('seen-before')).status).toBe(202)
  })

  test('it stops in good order on SIGTERM, with browsers looking on', async () => {
    const looking = await fetch(`http://127.0.0.1:${shop.system.ports.clientUi}/api/orders/events`)
    expect(looking.status).toBe(200)
    const service = shop.running.get('client-ui')
    await shop.stop('client-ui')
    expect(await service?.exited).toEqual({ code: 0, signal: null })
  })
})
