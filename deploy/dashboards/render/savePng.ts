import { chromium } from 'playwright-core'
import { findBrowser } from '../../findBrowser.ts'
import { Problem } from '../../local/problem.ts'

/** Photographs a picture of a dashboard with the Chrome or Chromium that is installed. @throws Problem where there is none */
export async function savePng(svg: string, file: string, scale = 1.5): Promise<void> {
  const executablePath = findBrowser()
  if (executablePath === undefined)
    throw new Problem(
      'There is no Chrome or Chromium for a PNG: install one, set CHROME_PATH, or ask for a file that ends in .svg.',
    )
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage({ deviceScaleFactor: scale })
    await page.setContent(`<body style="margin:0">${svg.replace('<svg ', '<svg style="display:block" ')}</body>`)
    await page.locator('svg').first().screenshot({ path: file })
  } finally {
    await browser.close()
  }
}
