import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { eventually } from '../../test/support/eventually.ts'
import { getJson } from '../../test/support/http.ts'
import { urlAt } from './addresses.ts'
import { type House, openHouse } from './house.ts'
import { customersOf } from './testing/customer.ts'

const wholeJourney = ['OrderPlaced', 'StockReserved', 'OrderBilled', 'OrderShipped', 'PointsAwarded', 'CustomerNotified']
const nothingTwice = { charged: 0, reserved: 0, points: 0, shipped: 0, mailed: 0 }

/** Longer than billing waits for one answer. */
const lateMs = 3_500

describe('the house of cards', () => {
  let house: House
  beforeAll(async () => void (house = await openHouse({ databaseUrl: inject('stack').databaseUrl })))
  afterEach(async () => {
    await house.mend('sales')
    await house.gatewayBehaves({})
  })
  afterAll(() => house[Symbol.asyncDispose]())

  test('when all is well an order is charged, shipped and mailed while its customer waits', async () => {
    const ada = customersOf(house, 'ada')
    const { status, body } = await ada.order()
    expect(status).toBe(202)
    const { history } = await ada.view(body.orderId ?? '')
    expect(history.map(({ type }) => type).toSorted()).toEqual(wholeJourney.toSorted())
    expect(await ada.audit()).toMatchObject({ told: { yes: 1, no: 0 }, inOrder: 1, twice: nothingTwice })
    const mails = await getJson<object[]>(`${urlAt(house.ports.mailbox)}/api/mails?to=ada@example.org`)
    expect(mails).toHaveLength(1)
  })

  test('an order sent twice under one key is one order', async () => {
    const ben = customersOf(house, 'ben')
    const [first, second] = await Promise.all([ben.order('again'), ben.order('again')])
    expect(second.body.orderId).toBe(first.body.orderId)
    expect(await ben.audit()).toMatchObject({ told: { yes: 1 }, inOrder: 1, twice: nothingTwice })
  })

  test('a card that is declined is an answer, and what was reserved is put back', async () => {
    const cleo = customersOf(house, 'cleo')
    await house.gatewayBehaves({ declineRate: 1 })
    expect(await cleo.order()).toMatchObject({ status: 202, body: { status: 'declined' } })
    await eventually(async () => expect(await stillReserved(house, 'cleo')).toBe(0))
  })

  test('a bug in sales is every customer’s bug, while those who only look see nothing of it', async () => {
    const dora = customersOf(house, 'dora')
    await house.break('sales', 'a bug')
    await eventually(async () => expect((await dora.order()).status).toBe(503))
    expect(await getJson<object[]>(`${urlAt(house.ports['client-ui'])}/api/catalogue`)).not.toHaveLength(0)
    await house.mend('sales')
    await eventually(async () => expect((await dora.order()).status).toBe(202))
  })

  test('an order that had no answer may be asked for again under its key, and is one order', async () => {
    const [kim, others] = [customersOf(house, 'kim'), customersOf(house, 'somebody')]
    await house.break('sales', 'a bug')
    await eventually(async () => expect((await others.order()).status).toBe(503))
    expect((await kim.order('same')).status).toBe(503)
    await house.mend('sales')
    await eventually(async () => expect((await kim.order('same')).status).toBe(202))
    expect(await kim.audit()).toMatchObject({ told: { yes: 1, no: 0 }, inOrder: 1, twice: nothingTwice })
  })

  test('with a busy gateway some customers are turned away, and nobody of them pays', async () => {
    const eva = customersOf(house, 'eva')
    await house.gatewayBehaves({ requestsPerSecond: 1 })
    const answers = await Promise.all(Array.from({ length: 30 }, () => eva.order()))
    const yes = answers.filter(({ status }) => status === 202).length
    expect(yes).toBeLessThan(30)
    const told = { yes, no: 30 - yes, nothing: 0 }
    await eventually(async () =>
      expect(await eva.audit()).toMatchObject({
        told,
        inOrder: yes,
        chargedForNothing: 0,
        reservedForNothing: 0,
        twice: nothingTwice,
      }),
    )
  })

  test('when the gateway answers late the customer is told no; the card is charged once, and has its money back', async () => {
    const fred = customersOf(house, 'fred')
    await house.gatewayBehaves({ latencyMs: lateMs })
    expect((await fred.order()).status).toBeGreaterThanOrEqual(503)
    await house.gatewayBehaves({})
    const { rows } = await eventually(() => refundsOf(house, 1))
    expect(rows).toHaveLength(1)
    expect(await fred.audit()).toMatchObject({ told: { yes: 0, no: 1 }, chargedForNothing: 0, twice: nothingTwice })
  })

  test('billing killed in the middle of a charge costs nobody money for nothing, and the next order goes through', async () => {
    const gus = customersOf(house, 'gus')
    await house.gatewayBehaves({ latencyMs: 1_000 })
    const orders = Promise.all(Array.from({ length: 10 }, () => gus.order()))
    await eventually(async () => expect(await stillReserved(house, 'gus')).toBe(10))
    await house.crash('billing')
    const yes = (await orders).filter(({ status }) => status === 202).length
    await house.gatewayBehaves({})
    await eventually(async () =>
      expect(await gus.audit()).toMatchObject({ told: { yes, no: 10 - yes }, inOrder: yes, chargedForNothing: 0 }),
    )
    await eventually(async () => expect((await gus.order()).status).toBe(202))
  })

  test('what sales was in the middle of when it was killed is finished, or taken back by its successor', async () => {
    const ida = customersOf(house, 'ida')
    await house.gatewayBehaves({ latencyMs: 1_000 })
    const orders = Promise.all(Array.from({ length: 5 }, () => ida.order()))
    await eventually(async () => expect(await stillReserved(house, 'ida')).toBe(5))
    await house.crash('sales')
    const yes = (await orders).filter(({ status }) => status === 202).length
    await house.gatewayBehaves({})
    const nothingLost = { inOrder: yes, chargedForNothing: 0, reservedForNothing: 0, twice: nothingTwice }
    await eventually(async () => expect(await ida.audit()).toMatchObject(nothingLost), { withinMs: 60_000 })
  })
})

test('without keys a gateway that answers late charges the same order again and again', async () => {
  await using house = await openHouse({ databaseUrl: inject('stack').databaseUrl, hasKeys: false })
  const hal = customersOf(house, 'hal')
  await house.gatewayBehaves({ latencyMs: lateMs })
  expect((await hal.order()).status).toBeGreaterThanOrEqual(503)
  await eventually(async () => expect(await hal.audit()).toMatchObject({ twice: { charged: 1 }, chargedForNothing: 1 }))
  await house.gatewayBehaves({})
})

test('of a house that was closed nothing is left: no process and no database', async () => {
  const { databaseUrl } = inject('stack')
  const house = await openHouse({ databaseUrl })
  const pids = house.pids()
  const names = [...house.databases.values()].map((url) => new URL(url).pathname.slice(1))
  expect(pids).toHaveLength(9)
  await house[Symbol.asyncDispose]()
  expect(pids.filter(isAlive)).toEqual([])
  expect(await databasesNamed(databaseUrl, names)).toBe(0)
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function databasesNamed(url: string, names: readonly string[]): Promise<number> {
  const found = await query<{ count: number }>(url, 'select count(*)::int as count from pg_database where datname = any($1)', [
    names,
  ])
  return found.rows[0]?.count ?? Number.NaN
}

async function stillReserved(house: House, customers: string): Promise<number> {
  const orders = await query<{ id: string }>(
    house.databases.get('client-ui') ?? '',
    'select request_key as id from orders where starts_with(customer_id, $1)',
    [customers],
  )
  const kept = await query<{ count: number }>(
    house.databases.get('stock') ?? '',
    'select count(*)::int as count from reservations where order_id = any($1) and released_at is null',
    [orders.rows.map(({ id }) => id)],
  )
  return kept.rows[0]?.count ?? Number.NaN
}

async function refundsOf(house: House, fewest: number) {
  const found = await query(house.databases.get('payment-gateway') ?? '', 'select from refunds')
  if (found.rows.length < fewest) throw new Error(`${found.rows.length} refunds`)
  return found
}

async function query<Row extends object>(url: string, sql: string, values: unknown[] = []) {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await client.query<Row>(sql, values)
  } finally {
    await client.end()
  }
}
