import type { Page } from 'playwright-core'
import { describe, expect, test, vi } from 'vitest'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { pagesInBrowser, publishAll, step, wholeJourney } from '../testing/pages.ts'

/** A browser without a window shows every tab, so the page is given the news that it is hidden, or shown again. */
const setHidden = (page: Page, hidden: boolean) =>
  page.evaluate((isHidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden })
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)

describe.skipIf(noBrowser())('many tabs', () => {
  const pages = pagesInBrowser()
  const streams = (count: number) => vi.waitFor(() => expect(pages.shop.streams()).toBe(count), { timeout: 10_000 })

  test('ten tabs with orders leave an eleventh its connections: those that are settled or hidden keep none', async () => {
    const first = await pages.open('/')
    await first.locator('.good:not(.ghost)').first().waitFor()
    const waiting: Page[] = []
    for (let number = 0; number < 10; number++) {
      const orderId = `order-${number}`
      pages.shop.accept(orderId)
      if (number % 2 === 0) publishAll(pages.shop, orderId, wholeJourney)
      const page = await pages.openBeside(first, `/orders/${orderId}`)
      await step(page, 'Accepted', 'done')
      if (number % 2 === 0) await page.getByText('Everything is done.').waitFor()
      else {
        waiting.push(page)
        await setHidden(page, true)
      }
    }
    const eleventh = await pages.openBeside(first, '/')
    await eleventh.getByRole('button', { name: 'Place order' }).click()
    await eleventh.waitForURL(/\/orders\/[0-9a-f-]{36}$/)

    for (const page of waiting) {
      const orderId = page.url().split('/').at(-1) ?? ''
      publishAll(pages.shop, orderId, wholeJourney)
      await setHidden(page, false)
      await page.getByText('Everything is done.').waitFor()
    }
  })

  test('a page whose orders are all settled keeps no connection, and one that nobody looks at keeps none either', async () => {
    pages.shop.accept('order-1')
    const order = await pages.open('/orders/order-1')
    const board = await pages.open('/orders')
    await step(order, 'Accepted', 'done')
    await board.locator('.row').waitFor()
    await streams(2)
    publishAll(pages.shop, 'order-1', wholeJourney)
    await order.getByText('Everything is done.').waitFor()
    await streams(1)
    await setHidden(board, true)
    await streams(0)
    await setHidden(board, false)
    await streams(1)
  })
})
