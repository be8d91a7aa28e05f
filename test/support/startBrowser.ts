import { type Browser, chromium } from 'playwright-core'
import { inject } from 'vitest'

/** Where no browser is installed the tests in one are left out; `browser.ts` says so. */
export const noBrowser = (): boolean => inject('browser') === ''

/** Starts the installed Chrome or Chromium without a window, and without its own traffic to elsewhere. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: inject('browser'),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
