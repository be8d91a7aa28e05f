import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { endpoint } from '../definition/endpoint.ts'
import { handler } from '../definition/handler.ts'
import { event } from '../definition/message.ts'
import { described } from '../definition/testing/described.ts'
import { deployOrder } from './deployOrder.ts'
import { plan } from './plan.ts'
import { billing, changed, sales, shipping, till } from './testing/shop.ts'

const orderOf = (...endpoints: Parameters<typeof plan>[0][]) => deployOrder(endpoints.map((each) => plan(each, 'p.')))

test('an owner is deployed before its subscribers, and whoever waits for nobody comes first', () => {
  expect(Object.fromEntries(orderOf(shipping, till, billing, sales))).toEqual({ sales: 0, till: 0, billing: 1, shipping: 2 })
})

test('an owner that is deployed elsewhere is not waited for', () => {
  expect(Object.fromEntries(orderOf(billing))).toEqual({ billing: 0 })
})

test('endpoints that wait for each other are named in a circle, with what to do', () => {
  const circular = changed(sales, { handlers: [handler(happened('shipping'), () => {})] })
  expect(() => orderOf(billing, circular, shipping)).toThrow(
    /^"sales" subscribes to "shipping" subscribes to "sales": alone, none of them can be deployed first\. Let one send a command/,
  )
})

const happened = (owner: string) => event<{ readonly orderId: string }>(described(owner, 'Happened', { topic: 'happened' }))

/** Endpoint number n hears some of those before it; in any order. */
const system = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .map((wishes) => wishes.map((owners, index) => [...new Set(owners.filter(() => index > 0).map((owner) => owner % index))]))
  .chain((heard) => fc.tuple(fc.constant(heard), fc.shuffledSubarray([...heard.keys()], { minLength: heard.length })))

test('whoever hears whom, every owner comes before all that hear it, and as early as it can', () => {
  fc.assert(
    fc.property(system, ([heard, shuffled]) => {
      const plans = shuffled.map((number) => {
        const handlers = (heard[number] ?? []).map((owner) => handler(happened(`e${owner}`), () => {}))
        return plan(endpoint({ name: `e${number}`, handlers, produces: [happened(`e${number}`)] }), '')
      })
      const steps = deployOrder(plans)
      for (const [number, owners] of heard.entries())
        expect(steps.get(`e${number}`)).toBe(Math.max(-1, ...owners.map((owner) => steps.get(`e${owner}`) ?? -1)) + 1)
    }),
  )
})
