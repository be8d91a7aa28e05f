import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { styleText } from 'node:util'
import type { TestProject } from 'vitest/node'
import { findBrowser } from '../../deploy/findBrowser.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a Chrome or Chromium; empty where there is none. */
    browser: string
  }
}

/** Vitest's global setup for tests in a browser: finds one; on Debian, as root, installs one; elsewhere says what is left out. */
export default function provideBrowser(project: TestProject): void {
  const browser = findBrowser() ?? installedBrowser()
  if (!browser)
    console.warn(
      styleText(
        'yellow',
        '\nLEFT OUT: the tests in a real browser. There is no Chrome or Chromium: install one, or set CHROME_PATH.\n',
      ),
    )
  project.provide('browser', browser ?? '')
}

function installedBrowser(): string | undefined {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return undefined
  console.log('Installing Chromium for the tests of the page (apt-get install chromium) …')
  if (apt('install', '-y', '--no-install-recommends', 'chromium').status !== 0) {
    apt('update')
    apt('install', '-y', '--no-install-recommends', 'chromium')
  }
  return findBrowser()
}

function apt(...args: string[]) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env })
}
