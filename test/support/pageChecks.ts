import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

const phone: BrowserContextOptions = { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true }
const notebook: BrowserContextOptions = { viewport: { width: 1280, height: 720 } }
const widths: readonly BrowserContextOptions[] = [
  { ...phone, viewport: { width: 320, height: 640 } },
  phone,
  { viewport: { width: 768, height: 1024 } },
  notebook,
]

const look = (width: BrowserContextOptions, colorScheme: 'light' | 'dark'): [name: string, look: BrowserContextOptions] => [
  `${width.viewport?.width} px, ${colorScheme}`,
  { ...width, colorScheme },
]

/** A phone in the light and a notebook in the dark. With `LOOKS=all` every width on which pages must be good, in both. */
export const looks: readonly [name: string, look: BrowserContextOptions][] =
  process.env['LOOKS'] === 'all'
    ? widths.flatMap((width) => [look(width, 'light'), look(width, 'dark')])
    : [look(phone, 'light'), look(notebook, 'dark')]

/** What moves on its own while a page comes: https://web.dev/articles/cls; "good" there is 0.1. */
const mostShift = 0.02

/** A page to look at: its address, and when it shows what it has to show. */
export type Visit = readonly [url: string, ready: (page: Page) => Promise<unknown>]

/**
 * Visits pages and @returns all that is wrong with them in this look: barriers (axe-core, all its rules,
 * https://dequeuniversity.com/rules/axe), scrolling sideways, and what jumped while they came.
 */
export async function faultsOf(browser: Browser, options: BrowserContextOptions, visits: readonly Visit[]): Promise<string[]> {
  // Its policy forbids a page every script from elsewhere, axe included.
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce', bypassCSP: true })
  await context.addInitScript(recordShifts)
  const faults: string[] = []
  try {
    for (const [url, ready] of visits) {
      const page = await context.newPage()
      await page.goto(url)
      await ready(page)
      const found = [await barriers(page), await sideways(page), await shifts(page)].flat()
      faults.push(...found.map((fault) => `${new URL(url).pathname} ${fault}`))
      await page.close()
    }
  } finally {
    await context.close()
  }
  return faults
}

/**
 * Visits a page, lets something happen while somebody looks at it, and @returns what jumped.
 * @param happens resolves when the page shows it
 */
export async function jumpsOf(
  browser: Browser,
  options: BrowserContextOptions,
  [url, ready]: Visit,
  happens: (page: Page) => Promise<unknown>,
): Promise<string[]> {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' })
  await context.addInitScript(recordShifts)
  try {
    const page = await context.newPage()
    await page.goto(url)
    await ready(page)
    await happens(page)
    return (await shifts(page)).map((fault) => `${new URL(url).pathname} ${fault}`)
  } finally {
    await context.close()
  }
}

async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as { axe: Pick<typeof axe, 'run'> }
    const { violations } = await inPage.run({ resultTypes: ['violations'] })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
    )
  })
}

async function sideways(page: Page): Promise<string[]> {
  const pixels = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  return pixels > 0 ? [`scrolls sideways by ${pixels} px`] : []
}

interface Shift extends PerformanceEntry {
  readonly value: number
  readonly hadRecentInput: boolean
  readonly sources: readonly { readonly node: Node | null; readonly previousRect: DOMRect; readonly currentRect: DOMRect }[]
}

interface Shifted {
  layoutShift: number
  /** What has moved, and by how many pixels. */
  readonly moved: string[]
}

/** Resolves when what the page has now is drawn, and it is known what moved. */
const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))))

/** Runs in the page before anything else. */
function recordShifts(): void {
  const record = globalThis as unknown as { shifted: Shifted }
  record.shifted = { layoutShift: 0, moved: [] }
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries() as Shift[]) {
      if (hadRecentInput) continue
      record.shifted.layoutShift += value
      for (const { node, previousRect: from, currentRect: to } of sources) {
        const name = node instanceof Element ? `${node.localName} ${node.className}` : (node?.textContent ?? '')
        record.shifted.moved.push(`${name.trim()} by ${Math.round(to.x - from.x)}, ${Math.round(to.y - from.y)}`)
      }
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

async function shifts(page: Page): Promise<string[]> {
  await page.evaluate(drawn)
  const { layoutShift, moved } = await page.evaluate(() => (globalThis as unknown as { shifted: Shifted }).shifted)
  if (layoutShift < mostShift) return []
  return [`its layout shifts by ${layoutShift.toFixed(3)}, which must be less than ${mostShift}: ${moved.join('; ')}`]
}
