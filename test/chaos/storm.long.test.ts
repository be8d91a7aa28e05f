import { expect, test } from 'vitest'
import { seedFrom } from '../support/random.ts'
import { openShop } from '../support/shop.ts'
import { expectStormSurvived } from '../support/storm.ts'

const seed = seedFrom('STORM_SEED')

test.for([seed, seed + 1, seed + 2])(
  '1,000 orders come in storm %i, while second instances stand still until their groups give them up: every order comes to its end, once',
  async (each) => {
    await using shop = await openShop()
    await expectStormSurvived(shop, {
      seed: each,
      orders: 1_000,
      frozen: ['sales', 'billing', 'stock', 'shipping', 'email'],
      frozenUntil: 'it is given up',
      perKind: 10,
    })
    expect([...shop.running.values()].filter((service) => service.hasExited())).toEqual([])
  },
)
