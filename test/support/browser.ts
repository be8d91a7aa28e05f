import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { styleText } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a Chrome or Chromium; empty where there is none. */
    browser: string
  }
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

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

/** CHROME_PATH if set, else what is on the PATH. */
function findBrowser(): string | undefined {
  const { CHROME_PATH, PATH = '' } = process.env
  if (CHROME_PATH) return CHROME_PATH
  const candidates = NAMES.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)))
  return [...candidates, MAC].find(isExecutable)
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

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
