import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EndpointName, endpoints, openShop, type Shop, wholeJourney } from '../support/shop.ts'

const crashAt = pathToFileURL(join(import.meta.dirname, '../support/crashAt.ts')).href
const orders = 5

/** Between the database's commit and Kafka's, and between Kafka's answer and the commit of the offsets. */
const moments = ['saved', 'sent'] as const

describe('a service that loses power in the middle of a batch', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  test.for(endpoints.flatMap((service) => moments.map((moment) => ({ service, moment }))))(
    '$service, its batch $moment: every order is billed once, shipped once, mailed once',
    async ({ service, moment }: { service: EndpointName; moment: string }) => {
      const customerId = `customer-of-${service}-${moment}`
      const email = `${customerId}@example.org`
      await shop.stop(service)
      // The page itself hears only what the others say; orders are placed before it loses power.
      const placedByPage = service === 'client-ui' ? [] : await place(shop, customerId, email)
      const doomed = await shop.system.startService(service, { NODE_OPTIONS: `--import ${crashAt}`, CRASH_AT: moment })
      const placed = service === 'client-ui' ? await placeAtDoomed(shop, customerId, email) : placedByPage

      expect(await doomed.exited).toMatchObject({ signal: 'SIGKILL' })
      await shop.start(service)

      for (const orderId of placed) {
        const order = await shop.orderHas(orderId, wholeJourney, 60_000)
        expect(order.history.map(({ type }) => type).toSorted()).toEqual(wholeJourney.toSorted())
        expect((await shop.charges(orderId)).charges).toHaveLength(1)
      }
      const ids = (await shop.mails(email)).map(({ messageId }) => messageId)
      expect(new Set(ids)).toEqual(new Set(placed.map((orderId) => `<${orderId}.billed@petrel.example>`)))
      expect(await shop.points(customerId)).toBe(placed.length * 7)
      expect(await shop.failures()).toEqual([])
    },
  )
})

const place = (shop: Shop, customerId: string, email: string): Promise<string[]> =>
  Promise.all(Array.from({ length: orders }, () => shop.placeOrder({ customerId, email })))

/** The page answers before it dies: the events that kill it come after the order. */
async function placeAtDoomed(shop: Shop, customerId: string, email: string): Promise<string[]> {
  return [await retried(() => shop.placeOrder({ customerId, email }))]
}

async function retried<T>(action: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 20_000
  for (;;) {
    try {
      return await action()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
