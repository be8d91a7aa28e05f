import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterEach } from 'vitest'
import { watchedPages } from '../../../../test/support/watchedPages.ts'
import { type FakeConsole, type FakeOptions, startFakeConsole } from './fakeConsole.ts'

export interface ConsolePages {
  readonly browser: Browser
  /** Starts a console with these failures and people; it ends with the test. */
  start(options?: FakeOptions): Promise<FakeConsole>
  /** Opens a page of the console that was started last. */
  open(path?: string, look?: BrowserContextOptions): Promise<Page>
}

/** Consoles that only remember, and pages of them that are watched. */
export function consolePages(): ConsolePages {
  const pages = watchedPages()
  const started: FakeConsole[] = []
  afterEach(async () => void (await Promise.all(started.splice(0).map((each) => each.close()))))
  return {
    get browser() {
      return pages.browser
    },
    async start(options) {
      const fake = await startFakeConsole(options)
      started.push(fake)
      return fake
    },
    open: (path = '/', look) => pages.open((started.at(-1)?.url ?? '') + path, look),
  }
}
