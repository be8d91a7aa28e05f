import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { fetchOk } from '../../../../test/support/http.ts'
import { openShop, type Shop, stepsOf, wholeJourney } from '../../../../test/support/shop.ts'
import { eventually } from '../../../../test/support/stack.ts'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { watchedPages } from '../../../../test/support/watchedPages.ts'

/** As people at the talk see it. With PICTURES=docs/images the pictures of the README are taken anew. */
const screen = { viewport: { width: 1280, height: 940 }, reducedMotion: 'reduce' as const }
const bug = "Cannot read properties of undefined (reading 'unitCents')"
const customers = ['ada', 'grace', 'linus', 'margaret', 'edsger']

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['PICTURES']
  if (folder !== undefined) await page.screenshot({ path: join(folder, `console-${name}.png`) })
}

/** A shop with the console beside it. */
async function openShopWithConsole(): Promise<{ shop: Shop; url: string }> {
  const shop = await openShop()
  await shop.system.startService('console')
  const url = `http://127.0.0.1:${shop.system.ports.console}`
  await eventually(() => fetchOk(`${url}/api/summary`))
  return { shop, url }
}

const order = (shop: Shop, customerId: string) => shop.placeOrder({ customerId, email: `${customerId}@example.org` })

async function replayInDialog(page: Page, count: number): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('row', { name: /sales/ }).waitFor()
  await dialog.getByRole('button', { name: `Replay ${count}`, exact: true }).click()
  await page.getByRole('region', { name: 'Replays' }).getByText(`${count} resolved`, { exact: true }).waitFor({ timeout: 60_000 })
}

describe.skipIf(noBrowser())('the scene of the talk', () => {
  const pages = watchedPages()

  test('sales breaks, five orders fail, one person sees why and puts all of them right', async () => {
    const { shop, url } = await openShopWithConsole()
    await using _ = shop
    const page = await pages.open(`${url}/failures`, screen)
    await page.getByRole('heading', { name: 'Nothing failed' }).waitFor()

    await shop.system.breakService('sales', bug)
    const orders = await Promise.all(customers.map((customer) => order(shop, customer)))
    const groups = page.getByRole('region', { name: 'Groups' })
    await groups.getByText('1 group · 5 messages').waitFor({ timeout: 90_000 })
    expect(await groups.locator('.group').innerText()).toMatch(
      /Cannot read properties of undefined \(reading 'unitCents'\)[\s\S]*sales[\s\S]*5[\s\S]*unresolved/,
    )
    await page.getByRole('region', { name: 'Group', exact: true }).getByText('Attempts').waitFor()
    await page.getByRole('region', { name: 'Now' }).locator('.fact', { hasText: 'unresolved' }).getByText('5').waitFor()
    await picture(page, 'failures')

    await shop.system.mendService('sales')
    await page.locator('.messages .message a').first().click()
    await page.getByRole('heading', { name: 'PlaceOrder', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Replay 1' }).click()
    await replayInDialog(page, 1)
    await page.locator('.page-head').getByText('resolved').waitFor()

    await page.getByRole('link', { name: '← Failed messages' }).click()
    await groups.getByText('1 group · 4 messages').waitFor()
    await groups.getByRole('checkbox', { name: 'Select all groups' }).check()
    await groups.getByRole('button', { name: 'Replay 4' }).click()
    await replayInDialog(page, 4)
    await groups.getByText('none left').waitFor()
    await picture(page, 'replayed')

    for (const id of orders) await shop.orderHas(id, wholeJourney)
    for (const [at, id] of orders.entries()) {
      const customer = customers[at] ?? ''
      expect(stepsOf(await shop.order(id))).toEqual(wholeJourney.toSorted())
      expect((await shop.mails(`${customer}@example.org`)).length).toBe(1)
      expect(await shop.points(customer)).toBe(await shop.points(customers[0] ?? ''))
    }
    expect(await shop.points(customers[0] ?? '')).toBeGreaterThan(0)
    expect((await shop.totals()).ordersChargedTwice).toBe(0)
    await page.reload()
    await page.getByRole('heading', { name: 'Nothing failed' }).waitFor()
  }, 300_000)
})
