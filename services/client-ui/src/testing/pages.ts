import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterEach, beforeEach } from 'vitest'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { desktop, watchedPages } from '../../../../test/support/watchedPages.ts'
import { type FakeShop, type FakeShopOptions, startFakeShop } from './fakeShop.ts'

export { desktop, phone, tablet } from '../../../../test/support/watchedPages.ts'

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

/** A shop for each test of a file, and pages of it that are watched. */
export function pagesInBrowser(shopOptions: FakeShopOptions = {}): Pages {
  const pages = watchedPages()
  let shop: FakeShop

  beforeEach(async () => {
    if (!noBrowser()) shop = await startFakeShop(shopOptions)
  })
  afterEach(() => shop?.close())

  return {
    get browser() {
      return pages.browser
    },
    get shop() {
      return shop
    },
    open: (path = '/', options = desktop, origin = shop.url) => pages.open(origin + path, options),
    openBeside: (page, path) => pages.openBeside(page, path),
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
