import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { pagesInBrowser, placedOrderId } from '../testing/pages.ts'
import { someProducts } from '../testing/fakeShop.ts'

const place = (page: Page) => page.getByRole('button', { name: 'Place order' }).click()

describe.skipIf(noBrowser())('the shop', () => {
  const pages = pagesInBrowser()

  test('keeps the basket while it cannot take orders, and trying again is the same order', async () => {
    pages.shop.away.broker = true
    const page = await pages.open()
    await page.getByRole('button', { name: 'Add Storm cup' }).click()
    await place(page)
    await page.getByText('The shop cannot take orders at this moment. Your basket is kept.').waitFor()
    expect(await page.locator('#summary').textContent()).toBe('2 items, €13.40')
    const keys: (string | undefined)[] = []
    page.on('request', (request) => request.method() === 'POST' && keys.push(request.headers()['idempotency-key']))
    const tryAgain = () => page.getByRole('button', { name: 'Try again' }).click()
    await Promise.all([page.waitForResponse((response) => response.status() === 503), tryAgain()])
    pages.shop.away.broker = false
    await tryAgain()
    await placedOrderId(page)
    expect(new Set(keys).size).toBe(1)
    expect(pages.shop.sent).toHaveLength(1)
  })

  test('begins a trace of its own with every click that orders', async () => {
    const traces: string[] = []
    for (const nth of ['first', 'second']) {
      const page = await pages.open()
      const posted = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/api/orders'))
      await page.getByRole('button', { name: 'Add Storm cup' }).click()
      await place(page)
      const { traceparent = '' } = (await posted).headers()
      expect(traceparent, nth).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-02$/)
      traces.push(traceparent.split('-')[1] ?? '')
      await placedOrderId(page)
    }
    expect(new Set(traces).size).toBe(2)
  })

  test('names what is wrong by its label, beside the field, which has the focus and can be corrected', async () => {
    const page = await pages.open()
    await page.getByLabel('Customer').fill(' ')
    await page.getByLabel('E-mail').fill('ada')
    await place(page)
    await page.getByRole('alert').getByText('Customer must not be empty. E-mail must be an e-mail address').waitFor()
    expect(await page.getByText('customerId').count()).toBe(0)
    const customer = page.getByRole('textbox', { name: 'Customer' })
    expect(await customer.getAttribute('aria-invalid')).toBe('true')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('customer')
    const description = (id: string) =>
      page.evaluate((field) => {
        const describedBy = document.querySelector(`#${field}`)?.getAttribute('aria-describedby') ?? ''
        return document.querySelector(`#${describedBy}`)?.textContent
      }, id)
    expect(await description('customer')).toBe('Customer must not be empty')
    expect(await description('email')).toBe('E-mail must be an e-mail address')
    await customer.fill('ada')
    await page.getByLabel('E-mail').fill('ada@example.com')
    await page.keyboard.press('Enter')
    await placedOrderId(page)
  })

  test.each(['@@', 'not-an-email'])('checks a hundred orders for "%s" before it leaves the page', async (email) => {
    const page = await pages.open()
    await page.getByLabel('E-mail').fill(email)
    let placed = 0
    page.on('request', (request) => (placed += Number(new URL(request.url()).pathname === '/api/orders')))
    await page.getByRole('button', { name: 'Place 100 orders' }).click()
    await page.getByRole('alert').getByText('E-mail must be an e-mail address').waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
    expect(placed).toBe(0)
  })

  test('takes a quantity that is typed, but not more than there are', async () => {
    const page = await pages.open()
    await page.getByRole('button', { name: 'Add Storm cup' }).click()
    const quantity = page.getByRole('textbox', { name: 'How many Storm cup' })
    await quantity.fill('2')
    await page.keyboard.press('Enter')
    expect(await page.locator('#lines').textContent()).toContain('2 × Storm cup')
    expect(pages.shop.sent).toEqual([])
    await quantity.fill('50')
    await page.keyboard.press('Tab')
    await page.getByRole('alert').getByText('Not enough Storm cup: there are 3.').waitFor()
    expect(await quantity.inputValue()).toBe('3')
    expect(await page.getByRole('button', { name: 'One Storm cup more' }).isDisabled()).toBe(true)
    await quantity.fill('a few')
    await page.keyboard.press('Tab')
    expect(await quantity.inputValue()).toBe('3')
    await quantity.fill('0')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Add Storm cup' }).waitFor()
  })

  test('takes out of the basket what somebody else has bought meanwhile, and says so', async () => {
    const page = await pages.open()
    await page.getByRole('button', { name: 'Add Storm cup' }).click()
    const more = page.getByRole('button', { name: 'One Storm cup more' })
    await more.click()
    await more.click()
    pages.shop.restock(someProducts.map((product) => (product.sku === 'storm-cup' ? { ...product, available: 1 } : product)))
    await page.getByRole('alert').getByText('Not enough Storm cup: there is 1.').waitFor()
    expect(await page.locator('#lines').textContent()).toContain('1 × Storm cup')
  })

  test('does not offer to add what is sold out, and does not call sold out what it does not know', async () => {
    await pages.reopenShop({
      products: [...someProducts, { sku: 'mint', name: 'Mint tea', unitCents: 300, currency: 'EUR', available: null }],
    })
    const page = await pages.open()
    const soldOut = page.getByRole('button', { name: 'Lighthouse pot is sold out' })
    expect(await soldOut.textContent()).toBe('Sold out')
    expect(await soldOut.isDisabled()).toBe(true)
    await page.getByText('stock not known').waitFor()
    await page.getByRole('button', { name: 'Add Mint tea' }).click()
    await place(page)
    await placedOrderId(page)
  })

  test('says that it is opening while its catalogue cannot be read, and opens by itself', async () => {
    await pages.reopenShop({ databaseAway: true })
    const page = await pages.open()
    await page.getByText('Its catalogue cannot be read yet.').waitFor()
    pages.shop.away.database = false
    await page.getByRole('button', { name: 'Add Storm cup' }).waitFor()
  })

  test('says from when its stock is when that cannot be read any more', async () => {
    const page = await pages.open()
    await page.getByRole('button', { name: 'Add Storm cup' }).waitFor()
    await page.route('**/api/catalogue', (route) => route.fulfill({ status: 503, json: { detail: 'away' } }))
    await page.getByText(/How much is left was read at \d\d:\d\d:\d\d UTC, and cannot be read at the moment\./).waitFor()
  })

  test('can be used with the keyboard alone, from a full basket to a cancelled order', async () => {
    const page = await pages.open()
    await page.getByRole('button', { name: 'One Green tea, 500 g more' }).waitFor()
    const focused = () =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '')
    const tabTo = async (name: string) => {
      for (let stops = 0; stops < 40; stops++) {
        await page.keyboard.press('Tab')
        if ((await focused()) === name) return
      }
      throw new Error(`${name} cannot be reached with Tab.`)
    }
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('To the content')
    await tabTo('Add Storm cup')
    await page.keyboard.press('Enter')
    expect(await focused()).toBe('One Storm cup more')
    await tabTo('Place order')
    expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)).toBe('solid')
    await page.keyboard.press('Enter')
    const orderId = await placedOrderId(page)
    pages.shop.publish(orderId, 'OrderPlaced')
    await page.getByRole('button', { name: 'Cancel this order' }).waitFor()
    await tabTo('Cancel this order')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Shift+Tab')
    expect(await focused()).toBe('Cancel 1 order')
    await page.keyboard.press('Enter')
    await page.getByText('The wish to cancel was handed over.').waitFor()
    expect(pages.shop.sent.at(-1)).toMatchObject({ name: 'sales.CancelOrder', data: { orderId } })
  })
})
