import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedFrom } from '../support/random.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { expectStormSurvived } from '../support/storm.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

test(
  'orders come in a storm, while each service is killed once, two stand still for a time, records are written three times and strangers write theirs: every order comes to its end, once',
  { timeout: 600_000 },
  async () => {
    await expectStormSurvived(shop, {
      seed: seedFrom('STORM_SEED'),
      orders: 300,
      frozen: ['billing', 'shipping'],
      frozenUntil: 'more orders',
      perKind: 2,
    })
    expect([...shop.running.values()].filter((service) => service.hasExited())).toEqual([])
  },
)
