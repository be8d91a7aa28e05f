import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from '../../deploy/local/folders.ts'
import { runPetrel } from '../../packages/cli/src/testing/runPetrel.ts'
import { formerVersion, isWithoutHistory } from '../support/formerVersion.ts'
import { allEnded, differentOrders, expectEndedOnce, lettersSent, placeAll } from '../support/orders.ts'
import { expectPowerCutSurvived } from '../support/powerCut.ts'
import { randomFrom } from '../support/random.ts'
import { endpoints, openShop, type Shop, stepsOf, thisVersion, wholeJourney } from '../support/shop.ts'
import { eventually, joined } from '../support/stack.ts'

describe.skipIf(isWithoutHistory())('the version before and this one, on one Kafka and the same databases', () => {
  let former: Awaited<ReturnType<typeof formerVersion>>
  let shop: Shop
  beforeAll(async () => {
    former = await formerVersion()
    shop = await openShop({ version: former })
  }, 300_000)
  afterAll(async () => {
    await shop[Symbol.asyncDispose]()
    await former[Symbol.asyncDispose]()
  })

  const random = randomFrom(12)
  const orders = (count: number) => differentOrders(count, random)
  const placed: string[] = []

  async function expectDoneOnce(orderIds: readonly string[]): Promise<void> {
    placed.push(...orderIds)
    await allEnded(shop, orderIds)
    await expectEndedOnce(shop, placed)
    // Of these, nobody had any in hand when power went: no letter is there twice.
    expect(await lettersSent(shop)).toHaveLength(placed.length)
    expect(await shop.failures()).toEqual([])
  }

  /** As an update without replicas, or a rollback of it. */
  async function replaceAll(root: string): Promise<void> {
    await Promise.all(endpoints.map((name) => shop.stop(name)))
    await Promise.all(endpoints.map((name) => shop.start(name, {}, root)))
  }

  const ways = [
    { from: 'the version before', to: 'this one', roots: () => [former.root, ROOT] as const },
    { from: 'this one', to: 'the version before', roots: () => [ROOT, former.root] as const },
  ]

  test('while the version before takes orders, the tables of this one are made under it', async () => {
    let deployed: Promise<void> | undefined
    const during = await placeAll(shop, orders(40), (count) => {
      if (count >= 10) deployed ??= thisVersion.deploy(shop.system, shop.broker)
    })
    await deployed
    await expectDoneOnce([...during, ...(await placeAll(shop, orders(20), () => {}, 'afterwards'))])
  })

  test('replicas of both share the work', async () => {
    const beside = await Promise.all(
      endpoints.map((name) => shop.system.startService(name, { LOYALTY_PORT: '0', CLIENT_UI_PORT: '0' })),
    )
    await Promise.all(beside.map(joined))
    await expectDoneOnce(await placeAll(shop, orders(60), () => {}, 'shared'))
    await Promise.all(beside.map((service) => service.stop()))
  })

  for (const moment of ['saved', 'sent'])
    test.for(ways)(`what $from has ${moment} when the power goes, $to ends`, async ({ from, roots }) => {
      const [before, after] = roots()
      await expectPowerCutSurvived(shop, { name: `${from}-${moment}`.replaceAll(' ', '-'), moment, before, after })
    })

  test.for(ways)('what $from has begun, postponed and scheduled, $to ends', async ({ roots }) => {
    const [before, after] = roots()
    await replaceAll(before)
    await shop.stop('payment-gateway')
    const orderId = await shop.placeOrder()
    await shop.orderHas(orderId, ['OrderPlaced', 'StockReserved'])
    await eventually(async () => expect(await shop.lags(['shipping'])).toEqual(new Map()))
    await replaceAll(after)
    await shop.orderHas(orderId, ['ShipmentDelayed'])
    await shop.start('payment-gateway')
    expect(stepsOf(await shop.orderHas(orderId, wholeJourney))).toEqual(wholeJourney.toSorted())
    expect((await shop.charges(orderId)).charges).toHaveLength(1)
  })

  test.for(ways)('what has failed under $from is handled by $to when it is replayed', async ({ roots }) => {
    const [before, after] = roots()
    await replaceAll(before)
    await shop.system.breakService('billing', 'A bug of yesterday')
    const orderId = await shop.placeOrder()
    await eventually(async () => expect(await shop.failures('billing')).toHaveLength(1), { withinMs: 120_000 })
    await shop.system.mendService('billing')
    await replaceAll(after)
    expect(await runPetrel(['replay', 'billing'], await shop.system.env('billing'), ROOT)).toMatchObject({ code: 0 })
    expect(stepsOf(await shop.orderHas(orderId, wholeJourney))).toEqual(wholeJourney.toSorted())
    expect(await shop.failures()).toEqual([])
  })

  test('after a rollback of all, the version before goes on, and so does this one once more', async () => {
    await replaceAll(former.root)
    await expectDoneOnce(await placeAll(shop, orders(20), () => {}, 'back'))
    await replaceAll(ROOT)
    await expectDoneOnce(await placeAll(shop, orders(20), () => {}, 'forth'))
  })
})
