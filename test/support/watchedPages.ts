import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { noBrowser, startBrowser } from './startBrowser.ts'

export const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 720 } }
export const tablet: BrowserContextOptions = { viewport: { width: 768, height: 1024 } }
export const phone: BrowserContextOptions = { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true }

const waitMs = 30_000

export interface WatchedPages {
  readonly browser: Browser
  /** Opens a page in a browser of its own. */
  open(url: string, options?: BrowserContextOptions): Promise<Page>
  /** Opens a page in a tab beside another. */
  openBeside(page: Page, path: string): Promise<Page>
}

/** What a server refuses, or is not there to answer, is shown to the person and is no fault of the page. */
const isAnswer = (text: string) => /the server responded with a status|net::ERR_|closed before a response/.test(text)

/**
 * A browser for all tests of a file. What a page must never do fails the test: ask somewhere else, fail in its scripts, be
 * refused by its own policy.
 */
export function watchedPages(): WatchedPages {
  let browser: Browser
  let faults: string[]

  beforeAll(async () => {
    if (!noBrowser()) browser = await startBrowser()
  })
  afterAll(() => browser?.close())
  beforeEach(() => void (faults = []))
  afterEach(async () => {
    if (noBrowser()) return
    await Promise.all(browser.contexts().map((context) => context.close()))
    expect(faults).toEqual([])
  })

  async function tab(context: BrowserContext, url: string): Promise<Page> {
    const page = await context.newPage()
    const { origin } = new URL(url)
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('request', (request) => new URL(request.url()).origin !== origin && faults.push(`asked ${request.url()}`))
    page.on('console', (line) => line.type() === 'error' && !isAnswer(line.text()) && faults.push(line.text()))
    await page.goto(url)
    return page
  }
  return {
    get browser() {
      return browser
    },
    async open(url, options = desktop) {
      const context = await browser.newContext(options)
      context.setDefaultTimeout(waitMs)
      return tab(context, url)
    },
    openBeside: (page, path) => tab(page.context(), new URL(path, page.url()).href),
  }
}
