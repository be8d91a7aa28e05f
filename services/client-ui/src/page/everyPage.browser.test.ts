import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { faultsOf, looks, type Visit } from '../../../../test/support/pageChecks.ts'
import { startFakeControl } from '../testing/fakeControl.ts'
import type { FakeShop } from '../testing/fakeShop.ts'
import { desktop, pagesInBrowser, phone, publishAll, step, tablet, wholeJourney } from '../testing/pages.ts'

const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000)
const lines = [{ sku: 'honey', name: 'Heather honey, 250 g', quantity: 2, unitCents: 680 }]
const isThere = (selector: string) => (page: Page) => page.locator(selector).first().waitFor()

/** Orders in every state that has a look of its own. */
function fill(shop: FakeShop): void {
  for (const id of ['done', 'declined', 'stuck', 'delayed', 'cancelled', 'accepted'])
    shop.accept(id, { acceptedAt: secondsAgo(id === 'accepted' ? 1 : 60), lines })
  publishAll(shop, 'done', wholeJourney)
  publishAll(shop, 'declined', ['OrderPlaced', 'StockReserved', 'PaymentDeclined', 'StockReleased', 'CustomerNotified'])
  publishAll(shop, 'delayed', ['OrderPlaced', 'ShipmentDelayed'], secondsAgo(60))
  publishAll(shop, 'cancelled', ['OrderPlaced', 'OrderCancelled'])
}

const places: readonly [path: string, ready: (page: Page) => Promise<unknown>][] = [
  ['/', isThere('.break button')],
  ['/orders', isThere('.row')],
  ['/orders?batch=b&count=100&customer=ada', isThere('.tile')],
  ['/orders?batch=b&count=1e9', isThere('#trouble button')],
  ['/orders/done', isThere('#way .done')],
  ['/orders/declined', isThere('#hint.fail')],
  ['/orders/delayed', isThere('#hint.wait')],
  ['/orders/cancelled', isThere('#log li')],
  ['/orders/unknown', isThere('#hint.wait')],
  ['/nope', isThere('h1')],
]

describe.skipIf(noBrowser())('every page', () => {
  const pages = pagesInBrowser()

  test.each(looks)('has no barrier, does not scroll sideways and does not jump: %s', async (_, look) => {
    await using control = await startFakeControl()
    await pages.reopenShop({ localControlUrl: control.url })
    fill(pages.shop)
    const visits = places.map(([path, ready]): Visit => [pages.shop.url + path, ready])
    expect(await faultsOf(pages.browser, look, visits)).toEqual([])
  })

  test.each<[string, BrowserContextOptions]>([
    ['a phone', phone],
    ['a tablet', tablet],
    ['a small notebook', desktop],
  ])('of the shop has its one primary button in the first screen of %s, and nothing over it', async (_, look) => {
    const page = await pages.open('/', look)
    await page.getByRole('button', { name: 'Add Storm cup' }).waitFor()
    const primary = page.locator('button.primary')
    expect(await primary.count()).toBe(1)
    const box = await primary.boundingBox()
    const height = look.viewport?.height ?? 0
    expect(box).not.toBeNull()
    expect((box?.y ?? 0) + (box?.height ?? Infinity)).toBeLessThanOrEqual(height)
    await primary.click({ trial: true })
  })

  test('keeps the order in view on a phone while one looks through the goods, and hides no field behind it', async () => {
    const page = await pages.open('/', phone)
    await page.getByRole('button', { name: 'Add Storm cup' }).waitFor()
    const barTop = async () => (await page.locator('.bar').boundingBox())?.y ?? 0
    const before = await barTop()
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
    expect(await barTop()).toBe(before)
    const email = page.getByLabel('E-mail')
    const isInView = async () => {
      const field = await email.boundingBox()
      expect((field?.y ?? 0) + (field?.height ?? 0)).toBeLessThanOrEqual(await barTop())
    }
    await email.focus()
    await isInView()
    await email.fill('ada')
    await page.evaluate(() => scrollTo(0, 0))
    await page.getByRole('button', { name: 'Place order' }).click()
    await page.getByText('E-mail must be an e-mail address').first().waitFor()
    await isInView()
  })

  test('has the same navigation, which says where one is', async () => {
    pages.shop.accept('order-1')
    const page = await pages.open('/')
    for (const [path, current] of [
      ['/', 'Shop'],
      ['/orders', 'Orders'],
      ['/orders/order-1', 'Orders'],
      ['/nope', undefined],
    ] as const) {
      await page.goto(pages.shop.url + path)
      const navigation = page.getByRole('navigation')
      expect(await navigation.getByRole('link').allTextContents()).toEqual(['Shop', 'Orders', 'Mailbox', 'Gateway', 'Console'])
      const marked = await navigation.locator('[aria-current="page"]').allTextContents()
      expect(marked).toEqual(current === undefined ? [] : [current])
    }
  })

  test('does not move for those who want no movement', async () => {
    pages.shop.accept('order-1')
    pages.shop.publish('order-1', 'OrderPlaced')
    const page = await pages.open('/orders/order-1', { ...desktop, reducedMotion: 'reduce' })
    await step(page, 'Placed', 'done')
    pages.shop.publish('order-1', 'StockReserved')
    await step(page, 'Reserved', 'done')
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  })
})
