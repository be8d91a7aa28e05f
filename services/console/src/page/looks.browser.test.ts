import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { faultsOf, looks, type Visit } from '../../../../test/support/pageChecks.ts'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { consolePages } from '../testing/consolePages.ts'
import { idOf, sevenFailures } from '../testing/story.ts'

const isThere = (selector: string) => (page: Page) => page.locator(selector).first().waitFor()

const places: readonly [path: string, ready: (page: Page) => Promise<unknown>][] = [
  ['/', isThere('.tile')],
  ['/failures', isThere('.group')],
  [`/failures?group=${idOf(2, 9)}`, isThere('.preview pre')],
  ['/failures?by=none&state=all', isThere('tbody tr')],
  ['/failures?q=nothing', isThere('.empty')],
  [`/failures/${idOf(11)}`, isThere('.sequence')],
  [`/failures/${idOf(100)}`, isThere('.warning')],
  [`/failures/${idOf(1)}/edit`, isThere('.record')],
  ['/orders', isThere('tbody tr')],
  [`/conversations/${idOf(501, 5)}`, isThere('.sequence')],
  ['/endpoints', isThere('tbody tr')],
  ['/endpoints/sales', isThere('.chart')],
  ['/map', isThere('.node')],
  ['/events', isThere('.event')],
  ['/actions', isThere('tbody tr')],
  ['/break-it', isThere('.knobs')],
]

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
})
