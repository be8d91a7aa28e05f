import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { consolePages } from '../testing/consolePages.ts'
import { idOf, sevenFailures } from '../testing/story.ts'

/** The animation of what flows on the map. */
const moves = (page: Page) =>
  page
    .locator('.flowing')
    .first()
    .evaluate((line) => getComputedStyle(line).animationName)

/** @returns the bytes of a file for a browser that knows no brotli, or does not ask for it where there is no TLS */
async function gzipped(url: string): Promise<number> {
  const answer = await fetch(url, { headers: { accept: 'text/html, */*', 'accept-encoding': 'gzip' } })
  await answer.arrayBuffer()
  expect(answer.status, url).toBe(200)
  expect(answer.headers.get('content-encoding'), url).not.toBe('br')
  return Number(answer.headers.get('content-length'))
}

const places = ['/', '/failures', '/failures?by=none', '/orders', '/endpoints', '/map', '/events', '/actions']

describe.skipIf(noBrowser())('every page', () => {
  const pages = consolePages()

  test('says what would be there, when there is nothing yet', async () => {
    await pages.start({ isNew: true })
    const page = await pages.open('/')
    await page.getByText('No message waits for a person.').waitFor()
    for (const [path, says] of [
      ['/failures', 'Nothing failed'],
      ['/orders', 'No order yet'],
      ['/endpoints', 'No endpoint yet'],
      ['/map', 'No endpoint yet'],
      ['/events', 'Nothing has happened yet'],
      ['/actions', 'Nobody has done anything yet'],
      ['/nope', 'There is no page at this address'],
    ] as const) {
      await page.goto(new URL(path, page.url()).href)
      await page.getByText(says).first().waitFor()
    }
  })

  test('says that it is loading, and then what the database said', async () => {
    const fake = await pages.start({ failures: sevenFailures(Date.now()) })
    const answer = Promise.withResolvers<void>()
    fake.waits.set('/api/groups', answer.promise)
    const page = await pages.open('/failures')
    await page.getByRole('region', { name: 'Groups' }).getByText('Loading').waitFor()
    answer.resolve()
    await page.locator('.group').first().waitFor()
    fake.away.database = true
    await page.goto(new URL('/endpoints', page.url()).href)
    await page.getByRole('alert').getByText('database does not answer').waitFor()
    fake.away.database = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('link', { name: 'billing' }).waitFor()
  })

  test('goes on by itself when the server was away, keeps what it shows, and says that it may be old', async () => {
    const fake = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/failures')
    await page.getByText('live ·').waitFor()
    await page.locator('.group').nth(1).waitFor()
    fake.away.everything = true
    await page.getByText('What is shown may be old').waitFor()
    await page.getByText('not live').waitFor()
    expect(await page.locator('.group').count()).toBe(2)
    for (const failure of fake.store.failures.filter(({ endpoint }) => endpoint === 'billing')) failure.state = 'archived'
    fake.away.everything = false
    await page.getByText('What is shown may be old').waitFor({ state: 'detached' })
    await page.getByText('none left').waitFor()
  })

  test('lets a reader look and change nothing', async () => {
    await pages.start({ failures: sevenFailures(Date.now()), role: 'reader', kind: 'oidc' })
    const page = await pages.open('/failures')
    await page.locator('.messages tbody tr').nth(4).waitFor()
    await page.getByText('reader: looks, and changes nothing').waitFor()
    for (const path of ['/', '/failures', '/failures?by=none', `/failures/${idOf(1)}`, '/actions']) {
      await page.goto(new URL(path, page.url()).href)
      await page.locator('main h1').waitFor()
      await page.getByText('reader: looks').waitFor()
      expect(await page.getByRole('button', { name: /^(Replay|Archive|Restore|Erase|Show personal)/ }).count(), path).toBe(0)
      expect(await page.locator('main input[type=checkbox]').count(), path).toBe(0)
    }
    await page.goto(new URL(`/failures/${idOf(1)}/edit`, page.url()).href)
    await page.getByRole('heading', { name: 'You may look, and change nothing' }).waitFor()
  })

  test('shows an endpoint over the minutes that one chooses', async () => {
    await pages.start({ failures: sevenFailures(Date.now()), guards: ['sales'], silent: ['email'] })
    const page = await pages.open('/endpoints')
    await page.getByRole('row', { name: /email silent/ }).waitFor()
    await page.getByRole('button', { name: '60 min' }).click()
    await page.waitForURL('**/endpoints?window=60')
    await page.getByRole('link', { name: 'sales' }).first().click()
    await page.getByText('handles one message at a time').waitFor()
    expect(await page.getByRole('region', { name: 'Now' }).innerText()).toMatch(/outage guard\s+on/i)
    await page.getByRole('img', { name: /^Failed tries, last 15 minutes/ }).waitFor()
    await page.getByRole('region', { name: 'Message types' }).getByText('CancelOrder', { exact: true }).waitFor()
  })

  test('is one map of who tells whom, which leads to each endpoint, and which moves unless one wants it to stand still', async () => {
    await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/map', { reducedMotion: 'reduce', viewport: { width: 1280, height: 720 } })
    await page.getByRole('link', { name: /billing\s*2 failed/ }).waitFor()
    expect(await moves(page)).toBe('none')
    await page.emulateMedia({ reducedMotion: 'no-preference' })
    expect(await moves(page)).toBe('flowing')
    await page.getByRole('link', { name: /billing\s*2 failed/ }).click()
    await page.waitForURL('**/endpoints/billing')
  })

  test('erases a customer only after one has written the name twice', async () => {
    const { store } = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/actions')
    await page.getByRole('button', { name: 'Erase a customer' }).click()
    const dialog = page.getByRole('dialog')
    const erase = dialog.getByRole('button', { name: 'Erase for ever' })
    await dialog.getByLabel('The customer id').fill('ada')
    await dialog.getByLabel('The same once more').fill('adah')
    expect(await erase.isDisabled()).toBe(true)
    await dialog.getByLabel('The same once more').fill('ada')
    await erase.click()
    const erasure = page.getByRole('region', { name: 'Erasure' })
    await erasure.getByText('Searching dead letters: 400 of 1,000').waitFor()
    store.erasure = { ...store.erasure, problem: 'Kafka does not answer' }
    store.tell('event')
    await erasure.getByText('Kafka does not answer. It goes on by itself.').waitFor()
    const erased = { failures: 3, audit: 21, deadLetters: 3 }
    store.erasure = { ...store.erasure, state: 'checking', step: null, problem: null, erased }
    store.tell('event')
    await page.getByText('Erased: failures 3').waitFor()
    await erasure.getByText('looked once more').waitFor()
    await erasure.getByRole('button', { name: 'Close' }).click()
    await erasure.waitFor({ state: 'detached' })
    expect(store.asked.at(-1)).toEqual({ path: '/api/erasures', body: { customer: 'ada' } })
  })

  test('breaks a service and mends it, where that is allowed', async () => {
    const { store } = await pages.start({ breakIt: true })
    const page = await pages.open('/')
    await page.getByRole('link', { name: 'Break it' }).click()
    await page.getByRole('button', { name: 'Break sales' }).click()
    await page.getByRole('button', { name: 'Mend sales' }).click()
    await page.getByRole('button', { name: 'Stop billing' }).click()
    await page.getByRole('button', { name: 'Start billing' }).waitFor()
    await page.getByLabel('Failing').fill('30')
    await page.getByRole('button', { name: 'Set it' }).click()
    await page.getByText('misbehaves').waitFor()
    expect(store.asked.at(-1)).toEqual({
      path: '/api/gateway',
      body: { requestsPerSecond: null, latencyMs: 0, failureRate: 0.3, declineRate: 0 },
    })
  })

  test('has less than 100 kB to load at first, and nothing from elsewhere', async () => {
    await pages.start({ failures: sevenFailures(Date.now()) })
    const deeper = [`/failures/${idOf(1)}`, `/failures/${idOf(1)}/edit`, `/conversations/${idOf(501, 5)}`]
    for (const path of [...places, ...deeper]) {
      const page = await pages.open(path)
      await page.locator('main h1').waitFor()
      await page.waitForLoadState('load')
      const files = await page.evaluate(() =>
        performance
          .getEntries()
          .filter(({ entryType, name }) => (entryType === 'resource' || entryType === 'navigation') && !name.includes('/api/'))
          .map(({ name }) => name),
      )
      const sizes = await Promise.all(files.map(gzipped))
      const bytes = sizes.reduce((sum, size) => sum + size)
      expect(bytes, path).toBeGreaterThan(10_000)
      expect(bytes, path).toBeLessThan(100_000)
      await page.context().close()
    }
  })
})
