import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { confluentRegistry, deploy } from '@petrel/messaging/operations'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { spawnGuarded } from '../../deploy/local/processes/guardedProcess.ts'
import { type Mailbox, type MailboxOptions, startMailbox } from '../../services/mailbox/src/mailbox.ts'
import { orderLog } from '../examples/order-log/endpoint.ts'
import { anOrder, openShop, type Shop, typesOf, wholeJourney } from '../support/shop.ts'
import { eventually, joined } from '../support/stack.ts'

const withoutPoints = wholeJourney.filter((type) => type !== 'PointsAwarded')

describe('services that are away, or come late', () => {
  let shop: Shop
  let mailbox: { options: MailboxOptions; running: Mailbox }
  beforeAll(async () => {
    shop = await openShop({
      without: ['loyalty'],
      async openMailbox(options) {
        mailbox = { options, running: await startMailbox(options) }
        return { stop: () => mailbox.running.stop() }
      },
    })
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const placeOrders = (count: number, customerId = 'ada') =>
    Promise.all(Array.from({ length: count }, () => shop.placeOrder({ customerId })))

  async function expectBilledOnce(orderIds: readonly string[]): Promise<void> {
    for (const orderId of orderIds) {
      const types = typesOf(await shop.orderHas(orderId, withoutPoints))
      expect(types.filter((type) => type !== 'ShipmentDelayed' && type !== 'PointsAwarded')).toEqual(withoutPoints.toSorted())
      expect((await shop.charges(orderId)).charges).toHaveLength(1)
    }
    expect(await shop.totals()).toMatchObject({ declines: 0, refunds: 0, ordersChargedTwice: 0 })
    expect(await shop.failures()).toEqual([])
  }

  test('billing is stopped while 200 orders come: customers notice nothing, and it bills all of them when it is back', async () => {
    await shop.stop('billing')
    const orderIds = await placeOrders(200)
    for (const orderId of orderIds) await shop.orderHas(orderId, ['OrderPlaced', 'StockReserved'])
    expect((await shop.charges(orderIds[0] ?? '')).charges).toEqual([])

    await shop.start('billing')

    await expectBilledOnce(orderIds)
  })

  test('the mail server is away while 200 orders come: each customer has one mail when it is back, and nothing has failed', async () => {
    await mailbox.running.stop()
    const orderIds = await placeOrders(200)
    for (const orderId of orderIds) await shop.orderHas(orderId, ['OrderShipped'])

    mailbox.running = await startMailbox(mailbox.options)

    for (const orderId of orderIds) await shop.orderHas(orderId, ['CustomerNotified'])
    const mails = (await shop.mails(anOrder.email)).map(({ messageId }) => messageId)
    const wanted = orderIds.map((orderId) => `<${orderId}.billed@petrel.example>`)
    expect(mails.filter((mail) => wanted.includes(mail)).toSorted()).toEqual(wanted.toSorted())
    expect(await shop.records('email.retry.2s')).toEqual([])
    expect(await shop.failures()).toEqual([])
  })

  test('loyalty opens for the first time when orders are long done: everyone gets the points of the past', async () => {
    const orderIds = await placeOrders(20, 'grace')
    for (const orderId of orderIds) await shop.orderHas(orderId, withoutPoints)

    await shop.start('loyalty')

    await eventually(async () => expect(await shop.points('grace')).toBe(20 * 7), { withinMs: 60_000 })
    for (const orderId of orderIds) await shop.orderHas(orderId, wholeJourney)
    await shop.stop('loyalty')
  })

  test('the example in the guide hears of an order that was billed before it was deployed, and of one after', async () => {
    const past = await shop.placeOrder()
    await shop.orderHas(past, ['OrderBilled'])
    const env = await shop.system.env(orderLog.name)
    const infrastructure = {
      admin: shop.broker.admin,
      prefix: shop.system.prefix,
      registry: confluentRegistry({ url: env['SCHEMA_REGISTRY_URL'] ?? '' }),
    }
    await deploy({ endpoint: orderLog, database: { url: env['DATABASE_URL'] ?? '' } }, infrastructure)

    const lines: string[] = []
    const main = join(import.meta.dirname, '../examples/order-log/main.ts')
    const example = await spawnGuarded('order-log', process.execPath, [main], { env: { ...process.env, ...env } })
    for (const output of [example.stdout, example.stderr])
      if (output) createInterface({ input: output }).on('line', (line) => lines.push(line))
    const present = await shop.placeOrder()

    for (const orderId of [past, present])
      await eventually(() => expect(lines).toContain(`Order ${orderId} was billed: 7.00 EUR`), { withinMs: 60_000 })
    await example.stop()
    expect(await example.exited).toMatchObject({ code: 0 })
  })

  test('of two billings one is killed under load, and later the other restarted: nothing is lost, nothing charged twice', async () => {
    const second = await shop.system.startService('billing')
    await joined(second)
    const orderIds = await placeOrders(50)
    const more = placeOrders(150)
    await shop.orderHas(orderIds[0] ?? '', ['OrderBilled'])
    await shop.kill('billing')
    orderIds.push(...(await more))
    // The other one takes over what the killed one had.
    await expectBilledOnce(orderIds)

    const last = placeOrders(100)
    await second.stop()
    await shop.start('billing')
    await expectBilledOnce(await last)
  })
})
