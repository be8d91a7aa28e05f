import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openShop } from '../../../test/support/shop.ts'
import { batchKey, placementIds } from './order/identity.ts'
import { faintTexts, installedBrowser, startBrowser } from './testing/browser.ts'
import { type FakeShop, startFakeShop } from './testing/fakeShop.ts'

const executable = installedBrowser()
if (executable === undefined)
  console.warn('LEFT OUT: the page was not tested in a browser. Install Chromium or Chrome, or set CHROME_PATH to where it is.')

const desktop: BrowserContextOptions = { viewport: { width: 1200, height: 860 } }
const phone: BrowserContextOptions = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }
const waitMs = 10_000

const placedOrderId = async (page: Page): Promise<string> => {
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}$/)
  return page.url().split('/').at(-1) ?? ''
}

const step = (page: Page, name: string, state: string) => page.locator(`#way li.${state}`, { hasText: name }).waitFor()

describe.skipIf(executable === undefined)('the page', () => {
  let browser: Browser
  let shop: FakeShop
  /** What a page must never do: ask somewhere else, fail in its scripts, be refused by its own policy. */
  let faults: string[]

  beforeAll(async () => void (browser = await startBrowser(executable ?? '')))
  afterAll(() => browser.close())
  beforeEach(async () => {
    shop = await startFakeShop()
    faults = []
  })
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()))
    await shop.close()
    expect(faults).toEqual([])
  })

  async function open(path = '/', options: BrowserContextOptions = desktop, origin = shop.url): Promise<Page> {
    const context = await browser.newContext(options)
    context.setDefaultTimeout(waitMs)
    const page = await context.newPage()
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('request', (request) => new URL(request.url()).origin !== origin && faults.push(`asked ${request.url()}`))
    // A refusal is told to the customer, and is no fault of the page.
    page.on(
      'console',
      (line) =>
        line.type() === 'error' && !line.text().includes('the server responded with a status') && faults.push(line.text()),
    )
    await page.goto(origin + path)
    return page
  }

  const travel = (orderId: string, ...types: string[]) => {
    for (const type of types)
      shop.hear(orderId, type, type === 'OrderPlaced' ? { totalCents: 350, detail: { currency: 'EUR' } } : {})
  }

  test('one click on a fresh page places an order, and its steps appear while they happen', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Place order' }).click()
    const orderId = await placedOrderId(page)
    await step(page, 'Accepted', 'done')
    travel(orderId, 'OrderPlaced', 'StockReserved')
    await step(page, 'Placed', 'done')
    await step(page, 'Reserved', 'done')
    travel(orderId, 'OrderBilled', 'OrderShipped', 'CustomerNotified', 'PointsAwarded')
    await page.getByText('Everything is done.').waitFor()
    await page.locator('#pill.ok', { hasText: 'done' }).waitFor()
    expect(await page.locator('#way li.done').count()).toBe(6)
    expect(await page.locator('#total').textContent()).toBe('€3.50')
    expect(shop.sent).toHaveLength(1)
  })

  test('an order page that is opened again shows the same', async () => {
    travel('order-1', 'OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped', 'CustomerNotified', 'PointsAwarded')
    const page = await open('/orders/order-1')
    await page.getByText('Everything is done.').waitFor()
    await page.reload()
    await page.getByText('Everything is done.').waitFor()
    expect(await page.locator('#log li').count()).toBe(6)
  })

  test('a step that waits says for whom, and that nothing is lost; then the order goes on', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Place order' }).click()
    const orderId = await placedOrderId(page)
    travel(orderId, 'OrderPlaced', 'StockReserved')
    await page.getByText('Waiting for billing: nothing is lost, it goes on when billing is back.').waitFor()
    await step(page, 'Billed', 'late')
    travel(orderId, 'OrderBilled')
    await step(page, 'Billed', 'done')
  })

  test.each([
    ['PaymentDeclined', 'payment declined'],
    ['StockReservationRejected', 'sold out'],
    ['OrderRefunded', 'refunded'],
    ['OrderCancelled', 'cancelled'],
    ['ShipmentDelayed', 'delayed'],
  ])('an order with %s says "%s"', async (type, words) => {
    travel('order-1', 'OrderPlaced', type)
    const page = await open('/orders/order-1')
    await page.locator('#pill', { hasText: words }).waitFor()
  })

  test('while the shop cannot take orders the basket is kept, and trying again is the same order', async () => {
    shop.away.broker = true
    const page = await open()
    await page.getByRole('button', { name: 'Add Storm cup' }).click()
    await page.getByRole('button', { name: 'Place order' }).click()
    await page.getByText('The shop cannot take orders at this moment. Your basket is kept.').waitFor()
    expect(await page.locator('#summary').textContent()).toBe('2 items, €13.40')
    const keys: (string | undefined)[] = []
    page.on('request', (request) => request.method() === 'POST' && keys.push(request.headers()['idempotency-key']))
    const tryAgain = () => page.getByRole('button', { name: 'Try again' }).click()
    await Promise.all([page.waitForResponse((response) => response.status() === 503), tryAgain()])
    shop.away.broker = false
    await tryAgain()
    await placedOrderId(page)
    expect(new Set(keys).size).toBe(1)
    expect(shop.sent).toHaveLength(1)
  })

  test('a wrong e-mail address is named, and corrected in place', async () => {
    const page = await open()
    await page.getByLabel('E-mail').fill('ada')
    await page.getByRole('button', { name: 'Place order' }).click()
    await page.getByRole('alert').getByText('e-mail address').waitFor()
    expect(await page.getByLabel('E-mail').getAttribute('aria-invalid')).toBe('true')
    await page.getByLabel('E-mail').fill('ada@example.com')
    await page.keyboard.press('Enter')
    await placedOrderId(page)
  })

  test('a hundred orders are placed once each, also when the page is loaded again, and are counted step by step', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Place 100 orders' }).click()
    await page.waitForURL(/batch=/)
    await page.waitForFunction(() => document.querySelector('#funnel li b')?.textContent === '100')
    const batch = new URL(page.url()).searchParams.get('batch') ?? ''
    for (let place = 0; place < 100; place++) travel(placementIds(batchKey(batch, place)).orderId, 'OrderPlaced')
    await page.waitForFunction(() => document.querySelector('#funnel li:nth-child(2) b')?.textContent === '100')
    await page.reload()
    await page.waitForFunction(() => document.querySelector('#funnel li:nth-child(2) b')?.textContent === '100')
    expect(await page.locator('.tile').count()).toBe(100)
    expect(new Set(shop.sent.map(({ data }) => data.orderId)).size).toBe(100)
    expect(shop.sent).toHaveLength(100)
  })

  test('orders that could not be placed are placed with one click when the shop is back', async () => {
    shop.away.broker = true
    const page = await open()
    await page.getByRole('button', { name: 'Place 100 orders' }).click()
    const again = page.getByRole('button', { name: 'Place 100 orders again' })
    await again.waitFor()
    shop.away.broker = false
    await again.click()
    await page.waitForFunction(() => document.querySelector('#funnel li b')?.textContent === '100')
    expect(shop.sent).toHaveLength(100)
  })

  test('everything can be done with the keyboard alone', async () => {
    const page = await open()
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
    await tabTo('Add Storm cup')
    await page.keyboard.press('Enter')
    expect(await focused()).toBe('One Storm cup more')
    await tabTo('Place order')
    expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)).toBe('solid')
    await page.keyboard.press('Enter')
    const orderId = await placedOrderId(page)
    await tabTo('Cancel this order')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Shift+Tab')
    expect(await focused()).toBe('Cancel 1 order')
    await page.keyboard.press('Enter')
    await page.getByText('The wish to cancel was handed over.').waitFor()
    expect(shop.sent.at(-1)).toMatchObject({ name: 'sales.CancelOrder', data: { orderId } })
  })

  test('the keys j, k and the arrows move among many orders, and Enter opens one', async () => {
    for (const id of ['order-1', 'order-2', 'order-3']) travel(id, 'OrderPlaced')
    const page = await open('/orders')
    await page.locator('.tile').nth(2).waitFor()
    for (const key of ['j', 'j', 'ArrowRight', 'k', 'Enter']) await page.keyboard.press(key)
    await page.waitForURL(/\/orders\/order-2$/)
  })

  const places = ['/', '/orders', '/orders/order-1', '/orders/order-2', '/orders/order-3']
  const looks: [string, BrowserContextOptions][] = [
    ['on a desktop', desktop],
    ['on a phone', phone],
    ['in the dark', { ...desktop, colorScheme: 'dark' }],
    ['on a phone in the dark', { ...phone, colorScheme: 'dark' }],
  ]
  test.each(looks)('%s every text can be read and nothing scrolls sideways', async (_, look) => {
    travel('order-1', 'OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped', 'CustomerNotified', 'PointsAwarded')
    travel('order-2', 'OrderPlaced', 'StockReserved', 'PaymentDeclined', 'StockReleased', 'CustomerNotified')
    travel('order-3', 'OrderPlaced', 'ShipmentDelayed')
    for (const place of places) {
      const page = await open(place, { ...look, reducedMotion: 'reduce' })
      await page.locator('.good, .tile, #log li').first().waitFor()
      expect(await page.evaluate(faintTexts), place).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), place).toBeLessThanOrEqual(0)
      await page.context().close()
    }
  })

  test('nothing moves for those who want no movement', async () => {
    travel('order-1', 'OrderPlaced')
    const page = await open('/orders/order-1', { ...desktop, reducedMotion: 'reduce' })
    await step(page, 'Billed', 'now')
    travel('order-1', 'StockReserved')
    await step(page, 'Reserved', 'done')
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  })

  test('with the real services behind it, one click goes through all steps', async () => {
    await using whole = await openShop()
    const page = await open('/', desktop, `http://127.0.0.1:${whole.system.ports.clientUi}`)
    await page.getByRole('button', { name: 'Place order' }).click()
    await page.getByText('Everything is done.').waitFor({ timeout: 30_000 })
    expect(await page.locator('#way li.done').count()).toBe(6)
    await page.context().close()
  })
})
