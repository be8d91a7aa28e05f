import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { faultsOf, jumpsOf, looks, type Visit } from '../../../../test/support/pageChecks.ts'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { consolePages } from '../testing/consolePages.ts'
import type { FakeStore } from '../testing/fakeStore.ts'
import { failureOf, groupIdOf, idOf, sevenFailures } from '../testing/story.ts'

const isThere = (selector: string) => (page: Page) => page.locator(selector).first().waitFor()

const places: readonly [path: string, ready: (page: Page) => Promise<unknown>][] = [
  ['/', isThere('.tile')],
  ['/failures', isThere('.group')],
  [`/failures?group=${groupIdOf('gateway')}`, isThere('.preview pre')],
  ['/failures?by=none&state=all', isThere('tbody tr')],
  ['/failures?q=nothing', isThere('.empty')],
  [`/failures/${idOf(11)}`, isThere('.sequence')],
  [`/failures/${idOf(100)}`, isThere('.warning')],
  [`/failures/${idOf(1)}/edit`, isThere('.record')],
  ['/orders', isThere('tbody tr')],
  [`/conversations/${idOf(501, 5)}`, isThere('.sequence')],
  ['/endpoints/sales', isThere('.chart')],
  ['/map', isThere('.node')],
  ['/events', isThere('.event')],
  ['/actions', isThere('tbody tr')],
  ['/break-it', isThere('.knobs')],
]

/** The first group beside the list, where there is room for it. */
const groupsAreThere = async (page: Page) => {
  await isThere('.group')(page)
  if ((page.viewportSize()?.width ?? 0) >= 1060) await isThere('.preview pre')(page)
}

const within = (page: Page, region: string) => page.getByRole('region', { name: region, exact: true })
const isNew = (count: number, region: string) => (page: Page) =>
  within(page, region)
    .getByRole('button', { name: `Show ${count} new` })
    .waitFor()

/** Pages that change by themselves, and what one sees when they have: six messages of sales wait, and three of others. */
const livePlaces: readonly [path: string, ready: (page: Page) => Promise<unknown>, shown: (page: Page) => Promise<unknown>][] = [
  ['/', isThere('.tile'), (page) => within(page, 'Now').getByText('9', { exact: true }).waitFor()],
  ['/failures', groupsAreThere, isNew(1, 'Groups')],
  ['/failures?by=none', isThere('tbody tr'), isNew(3, 'Messages')],
  ['/orders', isThere('tbody tr'), isNew(3, 'Orders')],
  [
    '/endpoints/sales',
    isThere('.chart'),
    (page) =>
      within(page, 'Now')
        .getByRole('link', { name: /failed\s*6/ })
        .waitFor(),
  ],
  ['/endpoints', isThere('.card a'), (page) => page.getByText('silent').first().waitFor()],
  ['/map', isThere('.node'), (page) => page.getByRole('link', { name: /sales\s*6 failed/ }).waitFor()],
  ['/events', isThere('.event'), isNew(1, 'Events')],
  ['/actions', isThere('tbody tr'), isNew(1, 'Actions')],
]

/** Everything that a page is told about: messages fail, in a new way as well, somebody replays one, an endpoint goes silent. */
function muchHappens(store: FakeStore): void {
  const at = Date.now()
  store.replay(store.failures.slice(0, 1))
  store.guards = ['sales', 'billing']
  store.silent = ['email']
  store.acted({ by: 'grace', what: 'replay', selection: { ids: [idOf(1)] }, count: 1, detail: 'all sent' })
  store.happened({ text: 'email gives no sign of life', severity: 'fail', endpoint: 'email', link: '/endpoints/email' })
  store.add(failureOf('pricing', 51, { at }), failureOf('pricing', 52, { at }), failureOf('spring', 53, { at }))
}

describe.skipIf(noBrowser())('every page', () => {
  const pages = consolePages()

  test.each(looks)('has no barrier, does not scroll sideways and does not jump: %s', async (_, look) => {
    const { url } = await pages.start({
      failures: sevenFailures(Date.now()),
      guards: ['sales'],
      silent: ['email'],
      breakIt: true,
    })
    const visits = places.map(([path, ready]): Visit => [url + path, ready])
    expect(await faultsOf(pages.browser, look, visits)).toEqual([])
  })

  test.each(looks)('does not jump when much happens while one looks: %s', async (_, look) => {
    const jumps: string[] = []
    for (const [path, ready, shown] of livePlaces) {
      const { url, store } = await pages.start({ failures: sevenFailures(Date.now()) })
      const happens = (page: Page) => {
        muchHappens(store)
        return shown(page)
      }
      jumps.push(...(await jumpsOf(pages.browser, look, [url + path, ready], happens)))
    }
    expect(jumps).toEqual([])
  })
})
