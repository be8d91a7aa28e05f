import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type FakeShop, startFakeShop } from '../testing/fakeShop.ts'

let shop: FakeShop
beforeEach(async () => void (shop = await startFakeShop()))
afterEach(() => shop.close())

const anOrder = { customerId: 'ada', email: 'ada@example.com', lines: [{ sku: 'green-tea', quantity: 2 }] }

const k1 = { 'Idempotency-Key': 'k1' }

const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${shop.url}/api/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

interface Problem {
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly errors: readonly { readonly field: string; readonly message: string }[]
}

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  const problem = (await response.json()) as Problem
  expect(problem.status).toBe(response.status)
  return problem
}

describe('an order that can be accepted', () => {
  test('is handed over to sales, and answered with its id and place', async () => {
    const response = await post(anOrder)
    const { orderId } = (await response.json()) as { orderId: string }
    expect(response.status).toBe(202)
    expect(response.headers.get('location')).toBe(`/api/orders/${orderId}`)
    const acceptedAt = new Date(response.headers.get('accepted-at') ?? '')
    expect(shop.sent).toEqual([
      { id: expect.any(String) as string, name: 'sales.PlaceOrder', data: { orderId, ...anOrder, acceptedAt } },
    ])
  })

  test('is the same order when the same idempotency key comes again, with the same answer, and is not sent twice', async () => {
    const [first, second] = [await post(anOrder, k1), await post(anOrder, k1)]
    expect(await first.json()).toEqual(await second.json())
    expect(second.headers.get('accepted-at')).toBe(first.headers.get('accepted-at'))
    expect(shop.sent).toHaveLength(1)
  })

  test('is the same message when the broker did not confirm the first time', async () => {
    shop.away.broker = true
    expect((await post(anOrder, k1)).status).toBe(503)
    shop.away.broker = false
    const again = await post(anOrder, k1)
    await using elsewhere = await startFakeShop()
    await fetch(`${elsewhere.url}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...k1 },
      body: JSON.stringify(anOrder),
    })
    expect(again.status).toBe(202)
    expect(shop.sent[0]?.id).toBe(elsewhere.sent[0]?.id)
  })

  test('does not get the answer of another order: the same key with another body is refused', async () => {
    await post(anOrder, k1)
    const other = await post({ ...anOrder, lines: [{ sku: 'green-tea', quantity: 3 }] }, k1)
    expect(other.status).toBe(422)
    expect((await problemOf(other)).title).toBe('This Idempotency-Key was used for another order')
    expect(shop.sent).toHaveLength(1)
  })

  test('is refused under the key of another order also while that one is on its way', async () => {
    const [one, other] = await Promise.all([post(anOrder, k1), post({ ...anOrder, email: 'ada@example.org' }, k1)])
    expect(new Set([one.status, other.status])).toEqual(new Set([202, 422]))
  })

  test('has a key of its own customer: the same key of somebody else is another order', async () => {
    const [ada, bob] = [await post(anOrder, k1), await post({ ...anOrder, customerId: 'bob' }, k1)]
    expect(bob.status).toBe(202)
    expect(await bob.json()).not.toEqual(await ada.json())
    expect(shop.sent).toHaveLength(2)
  })

  test('can be checked without being placed', async () => {
    const check = (body: object) =>
      fetch(`${shop.url}/api/orders/check`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    expect((await check(anOrder)).status).toBe(204)
    expect((await problemOf(await check({ ...anOrder, customerId: '@@', email: 'not-an-email' }))).errors).toEqual([
      { field: 'email', message: 'must be an e-mail address' },
    ])
    expect(shop.sent).toEqual([])
  })

  test('is another order each time without a key', async () => {
    const [first, second] = [await post(anOrder), await post(anOrder)]
    expect(await first.json()).not.toEqual(await second.json())
  })

  test('is accepted while the database is away: only the broker is needed', async () => {
    shop.away.database = true
    expect((await post(anOrder)).status).toBe(202)
  })

  test('may have a hundred lines of a thousand pieces', async () => {
    const lines = Array.from({ length: 100 }, () => ({ sku: 'storm-cup', quantity: 1000 }))
    expect((await post({ ...anOrder, lines })).status).toBe(202)
  })
})

const line = anOrder.lines[0]
const invalid: readonly [what: string, body: unknown, field: string, message: RegExp][] = [
  ['no customer', { ...anOrder, customerId: undefined }, 'customerId', /missing/],
  ['an empty customer', { ...anOrder, customerId: '' }, 'customerId', /empty/],
  ['a customer of blanks', { ...anOrder, customerId: '   ' }, 'customerId', /empty/],
  ['a customer that is a number', { ...anOrder, customerId: 7 }, 'customerId', /text/],
  ['a customer that is null', { ...anOrder, customerId: null }, 'customerId', /text/],
  ['a customer that is too long', { ...anOrder, customerId: 'a'.repeat(101) }, 'customerId', /at most 100/],
  ['a customer with a zero byte', { ...anOrder, customerId: 'a\u0000b' }, 'customerId', /control/],
  ['no e-mail address', { ...anOrder, email: undefined }, 'email', /missing/],
  ['a wrong e-mail address', { ...anOrder, email: 'ada.example.com' }, 'email', /e-mail/],
  ['an e-mail address that smuggles a header', { ...anOrder, email: 'ada@example.com\nBcc: all@example.com' }, 'email', /./],
  ['an e-mail address that is too long', { ...anOrder, email: `${'a'.repeat(250)}@example.com` }, 'email', /at most 254/],
  ['no lines', { ...anOrder, lines: undefined }, 'lines', /missing/],
  ['an empty list of lines', { ...anOrder, lines: [] }, 'lines', /at least one/],
  ['lines that are no list', { ...anOrder, lines: 'tea' }, 'lines', /list/],
  ['101 lines', { ...anOrder, lines: Array.from({ length: 101 }, () => line) }, 'lines', /at most 100/],
  ['a line that is null', { ...anOrder, lines: [null] }, 'lines[0]', /object/],
  ['a line without sku', { ...anOrder, lines: [{ quantity: 1 }] }, 'lines[0].sku', /missing/],
  ['a sku that is not sold', { ...anOrder, lines: [line, { sku: 'coffee', quantity: 1 }] }, 'lines[1].sku', /catalogue/],
  ['a sku that is too long', { ...anOrder, lines: [{ sku: 's'.repeat(65), quantity: 1 }] }, 'lines[0].sku', /at most 64/],
  ['no quantity', { ...anOrder, lines: [{ sku: 'green-tea' }] }, 'lines[0].quantity', /missing/],
  ...[0, -1, 1.5, 1001, 1e300, '2', null, true].map((quantity): (typeof invalid)[number] => [
    `the quantity ${JSON.stringify(quantity)}`,
    { ...anOrder, lines: [{ sku: 'green-tea', quantity }] },
    'lines[0].quantity',
    /whole number from 1 to 1000/,
  ]),
  ['a field nobody knows', { ...anOrder, coupon: 'x' }, 'coupon', /not known/],
  ['a field of a line nobody knows', { ...anOrder, lines: [{ ...line, unitCents: 1 }] }, 'lines[0].unitCents', /not known/],
  ['a list', [anOrder], '', /JSON object/],
  ['a text', '"order"', '', /JSON/],
  ['broken JSON', '{"customerId":', '', /JSON/],
  ['nothing', '', 'customerId', /missing/],
]

describe('an order that cannot be accepted', () => {
  test.each(invalid)('%s is answered with 400, and the field is named', async (_, body, field, message) => {
    const response = await post(body)
    expect(response.status).toBe(400)
    const { errors } = await problemOf(response)
    expect(errors).toContainEqual({ field, message: expect.stringMatching(message) as string })
    expect(shop.sent).toEqual([])
  })

  test('names each of several wrong fields', async () => {
    const { errors } = await problemOf(await post({ lines: [{ sku: 'coffee', quantity: 0 }] }))
    expect(errors.map(({ field }) => field).toSorted()).toEqual(['customerId', 'email', 'lines[0].quantity', 'lines[0].sku'])
  })

  test('a body that is too big is answered with 400', async () => {
    const response = await post({ ...anOrder, customerId: 'a'.repeat(70_000) })
    expect(response.status).toBe(400)
    expect((await problemOf(response)).detail).toMatch(/larger than 64kb/)
  })

  test('a body that is not called JSON is answered with 400', async () => {
    const response = await post(JSON.stringify(anOrder), { 'content-type': 'text/plain' })
    expect(response.status).toBe(400)
  })

  test.each([
    ['blanks in it', 'a b'],
    ['too long a text', 'k'.repeat(256)],
  ])('an idempotency key with %s is refused', async (_, key) => {
    const { errors } = await problemOf(await post(anOrder, { 'Idempotency-Key': key }))
    expect(errors[0]?.field).toBe('Idempotency-Key')
  })
})

describe('an order that cannot be accepted at the moment', () => {
  test('is answered with 503 and when to come again, while the broker is away', async () => {
    shop.away.broker = true
    const response = await post(anOrder)
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await problemOf(response)).title).toBe('The shop cannot take orders at this moment')
  })

  test('is answered within five seconds when the broker does not answer at all', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    shop.away.answer = true
    const answered = post(anOrder)
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0))
    await vi.advanceTimersByTimeAsync(5_000)
    expect((await answered).status).toBe(503)
  })

  test('is answered with 503 as long as the catalogue is not known', async () => {
    await using empty = await startFakeShop({ products: [] })
    const response = await fetch(`${empty.url}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(anOrder),
    })
    expect(response.status).toBe(503)
  })
})

const cancel = (id: string, headers: Record<string, string> = {}) =>
  fetch(`${shop.url}/api/orders/${id}/cancel`, { method: 'POST', headers })

describe('a cancellation', () => {
  test('is handed over to sales', async () => {
    shop.accept('order-1')
    expect((await cancel('order-1')).status).toBe(202)
    expect(shop.sent).toEqual([{ id: expect.any(String) as string, name: 'sales.CancelOrder', data: { orderId: 'order-1' } }])
  })

  test('of an order that does not exist is answered, and goes no further', async () => {
    const response = await cancel('0197a000-0000-7000-8000-000000000000')
    expect(response.status).toBe(404)
    expect((await problemOf(response)).detail).toContain('nothing to cancel')
    expect(shop.sent).toEqual([])
  })

  test('is handed over while nobody can find out whether there is such an order', async () => {
    shop.away.database = true
    expect((await cancel('order-1')).status).toBe(202)
    expect(shop.sent).toHaveLength(1)
  })

  test('is one message when the same key comes again', async () => {
    shop.accept('order-1')
    await cancel('order-1', { 'Idempotency-Key': 'c1' })
    await cancel('order-1', { 'Idempotency-Key': 'c1' })
    expect(shop.sent[0]?.id).toBe(shop.sent[1]?.id)
  })

  test('is answered with 503 while the broker is away', async () => {
    shop.accept('order-1')
    shop.away.broker = true
    expect((await cancel('order-1')).status).toBe(503)
  })
})
