import { PlaceOrder } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Shop, wholeJourney } from '../support/shop.ts'
import { jsonBody } from '../support/http.ts'
import { eventually } from '../support/stack.ts'

// What customers tell the shop, planted where it may go wrong. None of it may be in a log.
const address = 'mirabella.quill@secret.example'
const person = 'Mirabella Quill'
const street = '12 Lantern Street'
const planted = /mirabella|quill|lantern|secret\.example/i

const order = { customerId: 'ada', lines: [{ sku: 'green-tea', quantity: 1 }], acceptedAt: null }
const patience = { withinMs: 90_000 }

/** What the services of a shop that is open say of its customers: nothing. */
export function logJourneys(theShop: () => Shop): void {
  describe('the logs of all services', () => {
    let shop: Shop
    beforeAll(() => void (shop = theShop()))

    const logs = () =>
      [...shop.running.values()].flatMap(({ name, logs }) => logs.map((line) => ({ name, text: JSON.stringify(line) })))
    const linesAbout = (orderId: string) => logs().filter(({ text }) => text.includes(orderId))

    /** Waits until the order's message waits for a person. */
    const deadLetter = (endpoint: 'sales' | 'email', orderId: string) =>
      eventually(async () => {
        const found = (await shop.failures(endpoint)).find(({ key }) => key === orderId)
        if (found === undefined) throw new Error(`${endpoint} has no dead letter of order ${orderId}`)
        return found
      }, patience)

    function sent(email: string): Promise<string> {
      const orderId = uuid7()
      return shop.keeper.send(PlaceOrder({ ...order, orderId, email })).then(() => orderId)
    }

    test('an order that goes well leaves nothing of its customer in any log', async () => {
      const orderId = await shop.placeOrder({ email: address })
      await shop.orderHas(orderId, wholeJourney)
      await eventually(async () => expect(await shop.mails(address)).not.toEqual([]), patience)
    })

    test('a handler that fails is logged with its message, at each try a line, and without what the message says', async () => {
      await shop.system.breakService('sales', 'the price list is upside down')
      const orderId = await shop.placeOrder({ email: address })
      await deadLetter('sales', orderId)
      await shop.system.mendService('sales')
      const levels = linesAbout(orderId)
        .filter(({ name }) => name === 'sales')
        .map(({ text }) => (JSON.parse(text) as { level: number }).level)
      // Three tries at once and after 2, 4 and 8 seconds: info for each at once, a warning for each later one, an error at the end.
      expect(levels).toEqual([30, 30, 40, 30, 30, 40, 30, 30, 40, 30, 30, 50])
    })

    test('a value that the database does not take stays out of the log', async () => {
      // PostgreSQL stores no NUL.
      const orderId = await sent(`${person}\u0000, ${street}`)
      const { errorType } = await deadLetter('sales', orderId)
      expect(errorType).toBe('WriteRefused')
      expect(linesAbout(orderId)).not.toEqual([])
    })

    test('an address that the mail server refuses is in the dead letter’s body, for the person who corrects it, and neither in its headers nor in the log', async () => {
      const orderId = await sent(`${person} of ${street}`)
      const { errorMessage, errorStack } = await deadLetter('email', orderId)
      expect(errorMessage).toMatch(/^The mail server refuses/)
      expect(errorMessage + errorStack).not.toMatch(planted)
      expect(linesAbout(orderId).filter(({ name }) => name === 'email')).not.toEqual([])
    })

    test('a request that is not valid, and a record that is no message, are not repeated in a log', async () => {
      const page = `http://127.0.0.1:${shop.system.ports.clientUi}/api/orders`
      const wrong = { ...order, email: `${person}, ${street}`, lines: [{ sku: street, quantity: person }] }
      expect((await fetch(page, jsonBody('POST', wrong))).status).toBe(400)
      const headers = { 'content-type': 'application/json' }
      expect((await fetch(page, { method: 'POST', headers, body: `{"email": "${address}", ${person}` })).status).toBe(400)
      const value = Buffer.from(JSON.stringify({ name: person, street, email: address }))
      await shop.broker.publish([
        { topic: shop.system.prefix + PlaceOrder.topic, key: Buffer.from('strange'), value, headers: {} },
      ])
      await eventually(
        async () => expect((await shop.failures('sales')).map(({ errorType }) => errorType)).toContain('Undecodable'),
        patience,
      )
    })

    test('after all that, no log of any service has the name, the street or the address', () => {
      expect(logs().length).toBeGreaterThan(20)
      expect(logs().filter(({ text }) => planted.test(text))).toEqual([])
    })
  })
}
