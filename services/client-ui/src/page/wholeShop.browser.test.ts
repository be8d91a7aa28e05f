import { describe, expect, test } from 'vitest'
import { openShop } from '../../../../test/support/shop.ts'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { desktop, pagesInBrowser } from '../testing/pages.ts'

describe.skipIf(noBrowser())('with the real services behind it', () => {
  const pages = pagesInBrowser()

  test('one click goes through all steps, and from the order one finds its mail and its charge, and back', async () => {
    await using whole = await openShop()
    const origin = `http://127.0.0.1:${whole.system.ports.clientUi}`
    const page = await pages.open('/', desktop, origin)
    await page.getByRole('button', { name: 'Place order' }).click()
    await page.getByText('Everything is done.').waitFor({ timeout: 30_000 })
    expect(await page.locator('#way li.done').count()).toBe(6)
    const orderPage = page.url()
    await page.context().close()

    const tab = await pages.browser.newPage()
    await tab.goto(orderPage)
    await tab.getByRole('link', { name: 'Mails to the customer' }).click()
    const order = orderPage.split('/').at(-1) ?? ''
    await tab.getByText(`about order ${order.slice(-8)}`).waitFor()
    await tab.getByRole('link', { name: 'Thank you for your order' }).click()
    await tab.getByRole('link', { name: order.slice(-8), exact: true }).click()
    await tab.waitForURL(orderPage)
    await tab.getByRole('link', { name: 'Gateway' }).click()
    await tab.getByRole('link', { name: order.slice(-8), exact: true }).click()
    await tab.waitForURL(orderPage)
    await tab.close()
  })
})
