import type { Locator } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { consolePages } from '../testing/consolePages.ts'
import { failureOf, idOf, sevenFailures } from '../testing/story.ts'

/** No page has more places that can be reached. */
const mostSteps = 80

/** Presses Tab until the focus is there. */
async function tabTo(place: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await place.waitFor()
  const isThere = () => place.evaluate((element) => element === document.activeElement)
  for (let step = 0; step < mostSteps; step++) {
    if (await isThere()) return
    await place.page().keyboard.press(key)
  }
  throw new Error(`${mostSteps} times ${key} do not lead there`)
}

describe.skipIf(noBrowser())('with the keyboard alone', () => {
  const pages = consolePages()

  test('one finds a message, opens it, and replays it', async () => {
    const { store } = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/')
    await page.getByText('messages wait for a person').waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('f')
    await page.waitForURL('**/failures')
    await page.locator('.messages tbody tr').nth(4).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('GatewayTimeout')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/failures?group=*')
    await page.getByRole('region', { name: 'Group', exact: true }).getByText('2 messages').waitFor()
    await page.keyboard.press('r')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Replay 2 messages?').waitFor()
    await tabTo(dialog.getByRole('button', { name: 'Replay 2' }))
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Replays' }).getByText('2 to come').waitFor()
    expect(store.replays.map(({ ids }) => ids.size)).toEqual([2])
  })

  test('one opens one message, and replays it', async () => {
    const { store } = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/failures?by=none')
    await page.locator('tbody tr').nth(6).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/failures/${idOf(1)}`)
    await page.getByRole('heading', { name: 'PlaceOrder', level: 1 }).waitFor()
    await page.keyboard.press('r')
    await tabTo(page.getByRole('dialog').getByRole('button', { name: 'Replay 1', exact: true }))
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Replays' }).getByText('1 to come').waitFor()
    expect(store.replays.map(({ ids }) => [...ids])).toEqual([[idOf(1)]])
  })

  test('one corrects a message, and sends the corrected copy', async () => {
    const { store } = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open(`/failures/${idOf(1)}`)
    await page.getByRole('heading', { name: 'PlaceOrder', level: 1 }).waitFor()
    await page.keyboard.press('e')
    await page.waitForURL('**/edit')
    await tabTo(page.getByLabel('quantity').first())
    // Whatever Tab leads to is selected, and typing replaces it.
    await page.keyboard.type('3')
    await page.getByRole('region', { name: 'Changes' }).getByText('lines/0/quantity').waitFor()
    await tabTo(page.getByRole('button', { name: 'Replay the edited copy' }), 'Shift+Tab')
    await page.keyboard.press('Enter')
    await tabTo(page.getByRole('dialog').getByRole('button', { name: 'Replay 1', exact: true }))
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/failures/${idOf(1)}`)
    const { body } = store.asked.find(({ path }) => path.endsWith('/edit-and-replay')) ?? {}
    expect(body).toMatchObject({ body: { lines: [{ sku: 'tea-500', quantity: 3 }, { quantity: 1 }] } })
  })

  test('one erases a customer', async () => {
    const { store } = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/')
    await page.getByText('messages wait for a person').waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('a')
    await tabTo(page.getByRole('button', { name: 'Erase a customer' }))
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await tabTo(dialog.getByLabel('The customer id'))
    await page.keyboard.type('ada')
    await page.keyboard.press('Tab')
    await page.keyboard.type('ada')
    await tabTo(dialog.getByRole('button', { name: 'Erase for ever' }))
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Erasure' }).getByText('Searching dead letters').waitFor()
    expect(store.asked.at(-1)).toEqual({ path: '/api/erasures', body: { customer: 'ada' } })
  })

  test('one selects rows, archives them and clears the selection', async () => {
    const { store } = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/failures?by=none')
    await page.locator('tbody tr').nth(6).waitFor()
    for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key)
    await page.getByText('2 selected').waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('7 messages').waitFor()
    await page.keyboard.press('x')
    await page.keyboard.press('a')
    await page.getByRole('dialog').getByText('Archive 1 message?').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('1 message archived.').waitFor()
    expect(store.open().length).toBe(6)
  })

  test('every place that can be reached shows that it has the focus', async () => {
    await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/failures')
    await page.locator('.messages tbody tr').nth(4).waitFor()
    const seen = new Set<string>()
    for (let step = 0; step < 60; step++) {
      await page.keyboard.press('Tab')
      const place = await page.evaluate(() => {
        const { activeElement } = document
        if (activeElement === null || activeElement === document.body) return undefined
        const { outlineStyle, outlineWidth } = getComputedStyle(activeElement)
        return {
          name: activeElement.outerHTML.slice(0, 80),
          isSeen: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
        }
      })
      if (place === undefined) break
      expect(place, place.name).toMatchObject({ isSeen: true })
      seen.add(place.name)
    }
    expect(seen.size).toBeGreaterThan(25)
  })

  test('the keys are listed, and can be switched off for those whose keyboard types by voice', async () => {
    await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/failures?by=none')
    await page.locator('tbody tr').nth(6).waitFor()
    await page.keyboard.press('?')
    const dialog = page.getByRole('dialog', { name: 'Keys' })
    await dialog.getByText('replay what is selected, or this message').waitFor()
    await dialog.getByRole('checkbox', { name: 'Keys are on' }).uncheck()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.keyboard.press('j')
    expect(await page.evaluate(() => document.activeElement?.closest('[data-row]'))).toBeNull()
  })

  test('what one types stays text: no key acts while one writes', async () => {
    const { store } = await pages.start({ failures: [failureOf('pricing', 1, { at: Date.now() })] })
    const page = await pages.open('/failures')
    await page.locator('.group').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('rax?j')
    expect(await page.getByRole('searchbox').inputValue()).toBe('rax?j')
    await page.getByRole('heading', { name: 'No message is like this' }).waitFor()
    expect(store.asked).toEqual([])
  })
})
