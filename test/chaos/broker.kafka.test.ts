import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { OwnStack } from '../support/oneStack.ts'
import { openShop, type Shop, typesOf, wholeJourney } from '../support/shop.ts'
import { eventually, startOwnStack } from '../support/stack.ts'

/** What the shop promises, in milliseconds: an answer, whatever it is. */
const answerWithinMs = 5_000

describe('a broker that crashes', () => {
  let own: OwnStack
  let shop: Shop
  beforeAll(async () => {
    // Only the Kafka is of its own.
    const { registryUrl, databaseUrl } = inject('stack')
    own = await startOwnStack({ elsewhere: { registryUrl, databaseUrl } })
    shop = await openShop({ addresses: own.stack })
  })
  afterAll(async () => {
    await shop[Symbol.asyncDispose]()
    await own.remove()
  })

  /** Asks again until the order is accepted. @returns its id, and every answer on the way */
  async function insist(key: string): Promise<{ orderId: string; answers: number[] }> {
    const answers: number[] = []
    return eventually(
      async () => {
        const response = await shop.requestOrder({}, key, AbortSignal.timeout(answerWithinMs))
        answers.push(response.status)
        if (response.status === 503) expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
        expect(response.status).toBe(202)
        return { orderId: ((await response.json()) as { orderId: string }).orderId, answers }
      },
      { withinMs: 60_000, everyMs: 100 },
    )
  }

  test('while orders come: each is answered 202 or 503 in time, and each that is asked for again goes through once', async () => {
    const keys = Array.from({ length: 120 }, (_, number) => `order-${number}`)
    const accepted: Awaited<ReturnType<typeof insist>>[] = []
    let restart: Promise<void> | undefined
    const customers = Array.from({ length: 6 }, async () => {
      for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
        accepted.push(await insist(key))
        if (accepted.length >= 40) restart ??= own.stack.restartKafka('SIGKILL')
      }
    })
    await Promise.all(customers)
    await restart

    const answers = accepted.flatMap((each) => each.answers)
    expect(new Set(answers)).toEqual(new Set([202, 503]))
    expect(new Set(accepted.map(({ orderId }) => orderId)).size).toBe(120)
    for (const { orderId } of accepted) {
      const types = typesOf(await shop.orderHas(orderId, wholeJourney, 90_000))
      expect(types.filter((type) => type !== 'ShipmentDelayed')).toEqual(wholeJourney.toSorted())
    }
    expect(await shop.totals()).toEqual({ charges: 120, refunds: 0, declines: 0, ordersChargedTwice: 0 })
    expect(await shop.failures()).toEqual([])
  })
})
