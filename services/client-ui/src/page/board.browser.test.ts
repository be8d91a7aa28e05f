import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { batchOrderId } from '../order/identity.ts'
import { pagesInBrowser, publishAll, wholeJourney } from '../testing/pages.ts'

const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000)
const lines = [{ sku: 'green-tea', name: 'Green tea, 500 g', quantity: 1, unitCents: 350 }]

const names = (page: Page) => page.locator('.row .name').allTextContents()

/** Waits until this many orders have taken a step. */
const counted = (page: Page, step: number, count: number) =>
  page.locator(`#funnel li:nth-child(${step}) b`, { hasText: new RegExp(`^${count}$`) }).waitFor()

describe.skipIf(noBrowser())('the latest orders', () => {
  const pages = pagesInBrowser()

  test('are the newest first, with those that need a person on top, each with customer, amount and age', async () => {
    pages.shop.accept('old', { acceptedAt: secondsAgo(200), customerId: 'ada', lines })
    pages.shop.accept('stuck', { acceptedAt: secondsAgo(100), customerId: 'bob', lines })
    pages.shop.accept('new', { acceptedAt: secondsAgo(3), customerId: 'grace', lines })
    publishAll(pages.shop, 'old', wholeJourney, secondsAgo(200))
    publishAll(pages.shop, 'new', ['OrderPlaced'])
    const page = await pages.open('/orders')
    await page.getByText('Need a person: 1').waitFor()
    expect(await names(page)).toEqual(['stuck', 'new', 'old'])
    await page.locator('.row', { hasText: 'bob' }).getByText('stuck in sales').waitFor()
    expect(await page.locator('.row', { hasText: 'ada' }).innerText()).toMatch(/€3\.50[\s\S]*3 min/)

    pages.shop.accept('newest', { customerId: 'joan', lines })
    await page.locator('.row', { hasText: 'joan' }).waitFor()
    expect(await names(page)).toEqual(['stuck', 'newest', 'new', 'old'])
    publishAll(pages.shop, 'stuck', wholeJourney)
    await page.getByText('Need a person').waitFor({ state: 'detached' })
    expect(await names(page)).toEqual(['newest', 'new', 'stuck', 'old'])
  })

  test('are none only when that was read: with the database away nobody knows', async () => {
    const empty = await pages.open('/orders')
    await empty.getByText('No orders yet.').waitFor()
    pages.shop.away.database = true
    const blind = await pages.open('/orders')
    await blind.locator('#pill', { hasText: 'not read' }).waitFor()
    await blind.getByText('The orders cannot be read at the moment.').waitFor()
    expect(await blind.getByText('No orders yet.').isVisible()).toBe(false)
    pages.shop.away.database = false
    await blind.getByText('No orders yet.').waitFor()
  })

  test('can be moved through with j, k and the arrows, and opened with Enter; a new order does not take the focus away', async () => {
    for (const [index, id] of ['order-1', 'order-2', 'order-3'].entries())
      pages.shop.accept(id, { acceptedAt: secondsAgo(9 - index) })
    const page = await pages.open('/orders')
    await page.locator('.row').nth(2).waitFor()
    for (const key of ['j', 'j', 'ArrowDown', 'k']) await page.keyboard.press(key)
    pages.shop.accept('order-4')
    await page.locator('.row').nth(3).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/orders\/order-2$/)
  })
})

describe.skipIf(noBrowser())('a batch of a hundred orders', () => {
  const pages = pagesInBrowser()

  test('is placed, each order once, also when the page is loaded again; it is counted step by step, and by the gateway', async () => {
    const page = await pages.open()
    await page.getByRole('button', { name: 'Place 100 orders' }).click()
    await page.waitForURL(/batch=/)
    await counted(page, 1, 100)
    const batch = new URL(page.url()).searchParams.get('batch') ?? ''
    const ids = Array.from({ length: 100 }, (_, place) => batchOrderId(batch, 'ada', place))
    for (const orderId of ids) publishAll(pages.shop, orderId, ['OrderPlaced'])
    await counted(page, 2, 100)
    await page.reload()
    await counted(page, 2, 100)
    expect(await page.locator('.tile').count()).toBe(100)
    expect(pages.shop.sent.map(({ data }) => data.orderId).toSorted(compare)).toEqual(ids.toSorted(compare))

    Object.assign(pages.shop.counts, { charges: 112, ordersChargedTwice: 0 })
    for (const orderId of ids.slice(0, 99)) publishAll(pages.shop, orderId, wholeJourney.slice(1))
    publishAll(pages.shop, ids[99] ?? '', ['PaymentDeclined', 'StockReserved', 'StockReleased', 'CustomerNotified'])
    await page.locator('#pill.ok', { hasText: 'done' }).waitFor()
    await page.locator('#hint', { hasText: 'Billed' }).waitFor()
    expect(await page.locator('#hint').innerText()).toBe(
      'Billed 99, declined 1, mails 100 (mailbox). Charged twice: 0 of 112 charges, says the payment gateway (its page).',
    )
  })

  test('is not said to be charged once when the gateway does not say so', async () => {
    pages.shop.away.gateway = true
    const orderId = batchOrderId('b1', 'ada', 0)
    pages.shop.accept(orderId)
    publishAll(pages.shop, orderId, wholeJourney)
    const page = await pages.open('/orders?batch=b1&count=1&customer=ada')
    await page.getByText('The payment gateway does not say what it has counted').waitFor()
    expect(await page.locator('#hint').innerText()).not.toMatch(/twice|once/)
  })

  test('is placed with one click when the shop is back, if it was away', async () => {
    pages.shop.away.broker = true
    const page = await pages.open()
    await page.getByRole('button', { name: 'Place 100 orders' }).click()
    const again = page.getByRole('button', { name: 'Place 100 orders again' })
    await again.waitFor()
    pages.shop.away.broker = false
    await again.click()
    await counted(page, 1, 100)
    expect(pages.shop.sent).toHaveLength(100)
  })

  test('is not offered again when the shop will never take it', async () => {
    const page = await pages.open()
    await page.getByRole('button', { name: 'Place 100 orders' }).waitFor()
    await page.locator('#many:enabled').waitFor()
    await page.route('**/api/orders', (route) =>
      route.fulfill({ status: 400, json: { detail: 'lines[0].sku: is not in the catalogue', errors: [] } }),
    )
    await page.getByRole('button', { name: 'Place 100 orders' }).click()
    await page.getByText('The shop refused 100 orders').waitFor()
    expect(await page.getByRole('button', { name: /again/ }).count()).toBe(0)
  })

  test.each([
    'batch=x&count=1e9&customer=ada',
    'batch=x&count=1e9',
    'batch=x',
    'batch=%F0%9F%92%A5&count=3&customer=ada',
    'batch=x&count=-1&customer=a',
  ])('that nobody placed, ?%s, is said to be none, at once', async (query) => {
    const page = await pages.open(`/orders?${query}`)
    await page.getByRole('heading', { name: 'No such batch' }).waitFor()
    await page.getByRole('button', { name: 'Show the latest orders' }).click()
    await page.getByRole('heading', { name: 'Latest orders' }).waitFor()
  })
})

const compare = (one = '', other = '') => one.localeCompare(other)
