import { delimiter, join } from 'node:path'
import { isProgram } from './isProgram.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

/** A Chrome or Chromium: CHROME_PATH if set, else what is on the PATH. */
export function findBrowser(): string | undefined {
  const { CHROME_PATH, PATH = '' } = process.env
  if (CHROME_PATH) return CHROME_PATH
  const candidates = NAMES.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)))
  return [...candidates, MAC].find(isProgram)
}
