import { afterAll, beforeAll, describe, test } from 'vitest'
import { expectPowerCutSurvived } from '../support/powerCut.ts'
import { openShop, type Shop } from '../support/shop.ts'

describe('services that lose power in the middle of a batch', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  test.for([
    ['saved', 'between the commit of its database and its messages'],
    ['sent', 'between its messages and the commit of its offsets'],
  ])('each %s: every order is billed once, shipped once, mailed once', ([moment = '']) =>
    expectPowerCutSurvived(shop, { name: moment, moment }),
  )
})
