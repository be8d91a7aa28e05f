import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { noBrowser, startBrowser } from '../../../../test/support/startBrowser.ts'
import { type FakeShop, type FakeShopOptions, startFakeShop } from './fakeShop.ts'

export const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 720 } }
export const tablet: BrowserContextOptions = { viewport: { width: 768, height: 1024 } }
export const phone: BrowserContextOptions = { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true }

const waitMs = 30_000

export interface Pages {
  readonly browser: Browser
  readonly shop: FakeShop
  /** Opens a page in a browser of its own. */
  open(path?: string, options?: BrowserContextOptions, origin?: string): Promise<Page>
  /** Opens a page in a tab beside another. */
  openBeside(page: Page, path: string): Promise<Page>
  /** Closes the shop of this test and opens one that is otherwise. */
  reopenShop(options: FakeShopOptions): Promise<void>
}

/** What the shop refuses, or is not there to answer, is shown to the customer and is no fault of the page. */
const isAnswer = (text: string) => /the server responded with a status|net::ERR_|closed before a response/.test(text)

/**
 * A shop and a browser for each test of a file. What a page must never do fails the test: ask somewhere else, fail in its
 * scripts, be refused by its own policy.
 */
export function pagesInBrowser(shopOptions: FakeShopOptions = {}): Pages {
  let browser: Browser
  let shop: FakeShop
  let faults: string[]

  beforeAll(async () => {
    if (!noBrowser()) browser = await startBrowser()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    if (noBrowser()) return
    shop = await startFakeShop(shopOptions)
    faults = []
  })
  afterEach(async () => {
    if (noBrowser()) return
    await Promise.all(browser.contexts().map((context) => context.close()))
    await shop.close()
    expect(faults).toEqual([])
  })

  async function tab(context: BrowserContext, url: string): Promise<Page> {
    const page = await context.newPage()
    const { origin } = new URL(url)
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('request', (request) => new URL(request.url()).origin !== origin && faults.push(`asked ${request.url()}`))
    page.on('console', (line) => line.type() === 'error' && !isAnswer(line.text()) && faults.push(line.text()))
    await page.goto(url)
    return page
  }
  return {
    get browser() {
      return browser
    },
    get shop() {
      return shop
    },
    async open(path = '/', options = desktop, origin = shop.url) {
      const context = await browser.newContext(options)
      context.setDefaultTimeout(waitMs)
      return tab(context, origin + path)
    },
    openBeside: (page, path) => tab(page.context(), new URL(path, page.url()).href),
    async reopenShop(options) {
      await shop.close()
      shop = await startFakeShop(options)
    },
  }
}

/** The order on whose page the browser is, after one was placed. */
export async function placedOrderId(page: Page): Promise<string> {
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}$/)
  return page.url().split('/').at(-1) ?? ''
}

/** Waits until a step of an order's page is in a state. */
export const step = (page: Page, name: string, state: string) => page.locator(`#way li.${state}`, { hasText: name }).waitFor()

/** Everything that an order which goes well leaves on its page. */
export const wholeJourney = ['OrderPlaced', 'StockReserved', 'OrderBilled', 'OrderShipped', 'CustomerNotified', 'PointsAwarded']

/** Services publish these events about an order, a tenth of a second after each other. */
export function publishAll(shop: FakeShop, orderId: string, types: readonly string[], from = new Date()): void {
  for (const [index, type] of types.entries())
    shop.publish(orderId, type, {
      at: new Date(from.getTime() + 100 * (index + 1)),
      ...(type === 'OrderPlaced' && { totalCents: 350 }),
    })
}
