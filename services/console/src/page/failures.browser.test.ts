import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { consolePages } from '../testing/consolePages.ts'
import { failureOf, groupIdOf, manyFailures, sevenFailures, type StoryFailure } from '../testing/story.ts'

const at = (time: string) => Date.parse(`2026-02-03T${time}Z`)
const failed = (number: number, time: string, firstFailedAt: string, attempts: number) => ({
  ...failureOf('pricing', number, { at: at(time) }),
  firstFailedAt: new Date(at(firstFailedAt)).toISOString(),
  attempts,
})

const pricing = "TypeError: Cannot read properties of undefined (reading 'unitCents')"
const groups = (page: Page) => page.getByRole('region', { name: 'Groups' })
const detail = (page: Page) => page.getByRole('region', { name: 'Group', exact: true })
const dialog = (page: Page) => page.getByRole('dialog')
const replays = (page: Page) => page.getByRole('region', { name: 'Replays' })

describe.skipIf(noBrowser())('failed messages', () => {
  const pages = consolePages()

  test('say at once what fails, how many, since when and why', async () => {
    await pages.start({ failures: sevenFailures(Date.now()), guards: ['sales'] })
    const page = await pages.open('/')
    await page.getByText('messages wait for a person').waitFor()
    const now = page.getByRole('region', { name: 'Now' })
    expect(await now.locator('.big').textContent()).toBe('7')
    expect(await now.innerText()).toMatch(/in sales, billing\. The first failed 2 h ago/)
    const wrong = page.getByRole('region', { name: 'What failed' })
    await wrong.getByRole('link', { name: pricing }).waitFor()
    expect(await wrong.locator('li').first().innerText()).toMatch(
      /sales · placeOrder · placeOrder\.ts:14[\s\S]*first 4 m ago[\s\S]*5/,
    )
    await page.getByText('sales: outage guard on').waitFor()
    expect(await page.title()).toBe('(7) Overview · Petrel')
  })

  test('replay one group: where it goes is said before, how far it is after, and the group becomes empty', async () => {
    const { store } = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/failures')
    await detail(page).getByRole('button', { name: 'Replay 5' }).click()
    await dialog(page).getByText('Replay 5 messages?').waitFor()
    expect(await dialog(page).getByRole('row').last().innerText()).toMatch(/sales\s+sales\.replay\s+5/)
    expect(store.replays).toEqual([])
    await dialog(page).getByRole('button', { name: 'Replay 5' }).click()
    await replays(page).getByText('0 resolved · 5 to come').waitFor()
    await groups(page).getByText('replay requested').waitFor()
    store.confirm()
    await replays(page).getByText('5 resolved').waitFor()
    await groups(page).getByText('none left').waitFor()
    await page.getByRole('link', { name: 'Failed messages' }).getByText('2', { exact: true }).waitFor()
    expect(store.failures.filter(({ state }) => state === 'resolved').length).toBe(5)
  })

  test('change nothing when one thinks better of it', async () => {
    const { store } = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/failures')
    const button = detail(page).getByRole('button', { name: 'Replay 5' })
    await button.click()
    await dialog(page).getByText('Replay 5 messages?').waitFor()
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    expect(store.replays).toEqual([])
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
  })

  test('that a replay did not help are back, and are left out after three times unless one asks for them', async () => {
    const { store } = await pages.start({ failures: [failureOf('gateway', 1, { at: Date.now(), replays: 2 })] })
    const page = await pages.open('/failures')
    const replay = async (count: number) => {
      await detail(page).getByRole('button', { name: 'Replay 1' }).click()
      await dialog(page)
        .getByRole('button', { name: `Replay ${count}`, exact: true })
        .waitFor()
    }
    await replay(1)
    await dialog(page).getByRole('button', { name: 'Replay 1', exact: true }).click()
    await replays(page).getByText('1 to come').waitFor()
    store.confirm('failed')
    await replays(page).getByText('1 failed again').waitFor()
    await groups(page).getByText('1 failed again after a replay').waitFor()
    await replay(0)
    await dialog(page)
      .getByRole('checkbox', { name: /failed again after three replays/ })
      .check()
    await dialog(page).getByRole('button', { name: 'Replay 1', exact: true }).click()
    await expect.poll(() => store.replays.length).toBe(2)
  })

  test('are archived with a reason, and come back with one click', async () => {
    const { store } = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open(`/failures?group=${groupIdOf('gateway')}`)
    await detail(page).getByRole('button', { name: 'Archive 2' }).click()
    await dialog(page).getByLabel('Why').fill('the gateway lost them')
    await page.keyboard.press('Enter')
    await page.getByText('2 messages archived.').waitFor()
    expect(store.asked.find(({ path }) => path === '/api/archive')?.body).toEqual({
      group: groupIdOf('gateway'),
      by: 'error',
      reason: 'the gateway lost them',
    })
    await detail(page).getByText('none left').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('2 messages restored').waitFor()
    expect(store.open().length).toBe(7)
  })

  test('of several groups are replayed together', async () => {
    const { store } = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/failures')
    await groups(page).getByRole('checkbox', { name: 'Select all groups' }).check()
    await groups(page).getByText('2 groups · 7 messages').waitFor()
    await groups(page).getByRole('button', { name: 'Replay 7' }).click()
    await dialog(page).getByText('Replay 7 messages?').waitFor()
    expect(await dialog(page).getByRole('row').allInnerTexts()).toEqual([
      expect.any(String),
      expect.stringMatching(/^sales/),
      expect.stringMatching(/^billing/),
    ])
    await dialog(page).getByRole('button', { name: 'Replay 7' }).click()
    await expect.poll(() => store.replays.map(({ ids }) => ids.size)).toEqual([2, 5])
  })

  test('are found by what they say, and an action is about what is shown only', async () => {
    const failures = sevenFailures(Date.now())
    const { store } = await pages.start({ failures })
    const page = await pages.open('/failures')
    const search = page.getByRole('searchbox', { name: 'Search' })
    await search.fill(failures[2]?.key ?? '')
    await groups(page).getByText('1 group · 1 message').waitFor()
    await detail(page).getByRole('button', { name: 'Replay 1', exact: true }).click()
    await dialog(page).getByRole('button', { name: 'Replay 1', exact: true }).click()
    await expect.poll(() => store.replays.map(({ ids }) => [...ids])).toEqual([[failures[2]?.id]])
    await dialog(page).waitFor({ state: 'hidden' })
    await search.fill('nothing is like this')
    await page.getByRole('heading', { name: 'No message is like this' }).waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe('nothing is like this')
  })

  test('are narrowed by when they failed, sorted by what one clicks on, and taken along as they are shown', async () => {
    const [one, two, three] = [
      failed(1, '13:00:00', '10:00:00', 5),
      failed(2, '11:00:00', '11:00:00', 13),
      failed(3, '12:00:00', '12:00:00', 9),
    ]
    await pages.start({ failures: [one, two, three] })
    const page = await pages.open('/failures?by=none')
    const shown = () => page.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-row')))
    const showing = (...failures: readonly StoryFailure[]) =>
      expect.poll(shown, { timeout: 30_000 }).toEqual(failures.map(({ id }) => id))
    await showing(one, three, two)
    for (const [name, ...down] of [
      ['first failed', three, two, one],
      ['tries', two, three, one],
      ['last failed', one, three, two],
    ] as const) {
      const head = page.getByRole('columnheader', { name })
      await head.getByRole('button').click()
      await showing(...down)
      expect(await head.getAttribute('aria-sort')).toBe('descending')
      await head.getByRole('button').click()
      await showing(...down.toReversed())
      expect(await head.getAttribute('aria-sort')).toBe('ascending')
    }

    await page.getByText('More filters').click()
    await page.getByLabel('Failed after (UTC)').fill('2026-02-03T11:30:01')
    await showing(three, one)
    await page.getByLabel('Failed before (UTC)').fill('2026-02-03T12:30:01')
    await showing(three)
    const link = (kind: string) => page.getByRole('link', { name: kind, exact: true }).getAttribute('href')
    const narrowed = 'from=2026-02-03T11%3A30%3A01.000Z&to=2026-02-03T12%3A30%3A01.000Z&state=unresolved%2CreplayRequested'
    expect(await link('CSV')).toBe(`/api/failures.csv?${narrowed}`)
    expect(await link('JSON')).toBe(`/api/failures.json?${narrowed}`)
    await page.reload()
    await showing(three)
    expect(await page.getByLabel('Failed after (UTC)').inputValue()).toBe('2026-02-03T11:30:01')
    await page.getByLabel('Failed after (UTC)').fill('')
    await showing(three, two)
  })

  test('that come while one looks move nothing: they are announced, and shown when one wants them', async () => {
    const { store } = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/failures?by=none')
    const first = () => page.locator('tbody tr').first().getAttribute('data-row')
    await page.locator('tbody tr').nth(6).waitFor()
    const [before, top] = [await first(), (await page.locator('tbody tr').first().boundingBox())?.y]
    store.add(...[51, 52, 53].map((number) => failureOf('pricing', number, { at: Date.now() })))
    const fresh = page.getByRole('button', { name: 'Show 3 new' })
    await fresh.waitFor()
    expect(await first()).toBe(before)
    expect((await page.locator('tbody tr').first().boundingBox())?.y).toBe(top)
    await fresh.click()
    await page.locator('tbody tr').nth(9).waitFor()
    expect(await first()).not.toBe(before)
  })

  test('appear by themselves where there were none', async () => {
    const { store } = await pages.start({ isNew: true })
    const page = await pages.open('/failures')
    await page.getByRole('heading', { name: 'Nothing failed' }).waitFor()
    store.add(failureOf('pricing', 1, { at: Date.now() }))
    await groups(page).getByRole('link', { name: pricing }).waitFor()
    await detail(page).getByRole('button', { name: 'Replay 1' }).waitFor()
  })

  test('are as many above the list as in it, however much else happens', async () => {
    const { store } = await pages.start({ isNew: true })
    const page = await pages.open('/failures')
    await page.getByRole('heading', { name: 'Nothing failed' }).waitFor()
    const busy = setInterval(() => store.tell('endpoints'), 100)
    onTestFinished(() => clearInterval(busy))
    store.add(...[1, 2, 3, 4, 5].map((number) => failureOf('pricing', number, { at: Date.now() })))
    await groups(page).getByText('1 group · 5 messages').waitFor()
    const unresolved = page.getByRole('region', { name: 'Now' }).locator('.fact', { hasText: 'unresolved' })
    expect(await unresolved.innerText()).toMatch(/unresolved\s+5/i)
  })

  test('that came before the page was connected are there as soon as it is', async () => {
    const fake = await pages.start({ isNew: true })
    const connected = Promise.withResolvers<void>()
    fake.waits.set('/api/events', connected.promise)
    const page = await pages.open('/failures')
    await page.getByRole('heading', { name: 'Nothing failed' }).waitFor()
    fake.store.add(failureOf('pricing', 1, { at: Date.now() }))
    connected.resolve()
    await groups(page).getByText('1 group · 1 message').waitFor()
    await page.getByRole('link', { name: 'Failed messages' }).getByText('1', { exact: true }).waitFor()
  })

  test('are a hundred thousand without pain: page by page, and all that match at once', async () => {
    const { store } = await pages.start({ failures: manyFailures(Date.now()) })
    const page = await pages.open('/failures?by=none')
    await page.getByText('1–50 of 100,000').waitFor()
    await page.getByRole('button', { name: 'Older' }).click()
    await page.getByText('51–100 of 100,000').waitFor()
    await page.getByRole('checkbox', { name: 'Select the messages of this page' }).check()
    await page.getByText('50 selected').waitFor()
    await page.getByRole('button', { name: 'Select all 100,000 that match' }).click()
    await page.getByText('All 100,000 selected').waitFor()
    await page.getByRole('button', { name: 'Replay 100,000' }).click()
    await dialog(page).getByText('Replay 90,000 messages?').waitFor()
    await dialog(page).getByText('every subscriber hears them again').waitFor()
    await dialog(page).getByLabel('At most').fill('500')
    await dialog(page).getByRole('button', { name: 'Replay 90,000' }).click()
    await replays(page).getByText('90,000 to come').waitFor()
    const asked = store.asked.findLast(({ path, body }) => path === '/api/replays' && body['dryRun'] === undefined)
    expect(asked?.body).toEqual({ filter: { state: 'unresolved,replayRequested' }, ratePerSecond: 500 })
  })

  test('have notes that others see', async () => {
    const { store } = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/failures')
    await detail(page).getByRole('button', { name: 'Add a note' }).click()
    await detail(page).getByLabel('Note on this group').fill('Prices are missing since the release of noon.')
    await detail(page).getByRole('button', { name: 'Save the note' }).click()
    await detail(page).getByText('Prices are missing since the release of noon.').waitFor()
    expect([...store.notes.values()]).toEqual(['Prices are missing since the release of noon.'])
  })
})
