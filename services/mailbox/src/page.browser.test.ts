import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { faultsOf, looks } from '../../../test/support/pageChecks.ts'
import { noBrowser, startBrowser } from '../../../test/support/startBrowser.ts'
import { freePorts } from '../../../deploy/local/stack/ports.ts'
import { type Mailbox, startMailbox } from './mailbox.ts'

const orderId = '0195a3c2-7d4e-7b1a-9c3d-5e6f7a8b9c0d'

const isThere = (page: Page) => page.locator('h1').waitFor()

describe.skipIf(noBrowser())("the mailbox's page", () => {
  let browser: Browser
  let dataDir: string
  let mailbox: Mailbox
  let smtpPort = 0
  let url = ''

  beforeAll(async () => void (browser = await startBrowser()))
  afterAll(() => browser.close())
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'petrel-mailbox-'))
    const [smtp = 0, http = 0] = await freePorts(2)
    smtpPort = smtp
    url = `http://127.0.0.1:${http}`
    mailbox = await startMailbox({ dataDir, smtpPort, httpPort: http, shopPort: 8090 })
  })
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()))
    await mailbox.stop()
    await rm(dataDir, { recursive: true })
  })

  async function deliver(count: number, to = 'ada@example.com'): Promise<void> {
    const transport = createTransport({ url: `smtp://127.0.0.1:${smtpPort}`, pool: true })
    const subject = 'Thank you for your order (order 7a8b9c0d)'
    const html = '<h1>Thank you</h1><p>We charged €3.50 to your card.</p>'
    for (let number = 0; number < count; number++)
      await transport.sendMail({ from: 'shop@petrel.example', to, subject, html, headers: { 'X-Order-Id': orderId } })
    transport.close()
  }

  async function open(path = '/', prepare: (page: Page) => Promise<void> = async () => {}): Promise<Page> {
    const page = await browser.newPage()
    page.setDefaultTimeout(10_000)
    await prepare(page)
    await page.goto(url + path)
    return page
  }

  test('shows new mails by itself, and what one types meanwhile stays', async () => {
    const page = await open()
    await page.getByText('No mail yet.').waitFor()
    const to = page.getByRole('searchbox', { name: 'To' })
    await to.pressSequentially('ada@')
    await deliver(1)
    await page.getByRole('link', { name: 'Thank you for your order' }).waitFor()
    expect(await to.inputValue()).toBe('ada@')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('to')
    await page.keyboard.type('example.com')
    await page.keyboard.press('Enter')
    await page.waitForURL(/to=ada%40example\.com/)
    await page.getByText('1 mail', { exact: true }).waitFor()
  })

  test('asks whoever is reading the list before it changes, and looks for nothing while it is paused', async () => {
    await deliver(1)
    const page = await open('/', (opened) => opened.clock.install())
    await page.locator('.mail a').first().focus()
    await deliver(2)
    await page.clock.runFor(10_000)
    await page.getByRole('button', { name: 'Show 2 new mails' }).click()
    await page.locator('.mail').nth(2).waitFor()
    await page.getByRole('button', { name: 'Live' }).click()
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    await deliver(1)
    await page.clock.runFor(10_000)
    expect(requests).toEqual([])
    await page.getByRole('button', { name: 'Paused' }).click()
    await page.clock.runFor(10_000)
    await page.getByText('4 mails').waitFor()
  })

  test('says that the mailbox does not answer when it is gone', async () => {
    const page = await open()
    await mailbox.stop()
    await page.getByText('The mailbox does not answer; looking again.').waitFor()
    mailbox = await startMailbox({ dataDir, smtpPort, httpPort: Number(new URL(url).port) })
    await page.getByText('The mailbox does not answer').waitFor({ state: 'detached' })
  })

  test('names an order by its short id, which leads to the order in the shop', async () => {
    await deliver(1)
    const page = await open(`/?order=${orderId}`)
    await page.getByText('about order 7a8b9c0d').waitFor()
    const link = page.getByRole('link', { name: '7a8b9c0d', exact: true })
    expect(await link.getAttribute('href')).toBe(`http://127.0.0.1:8090/orders/${orderId}`)
    expect(await page.locator('main').innerText()).not.toContain(orderId)
  })

  test('has pages of fifty mails', async () => {
    await deliver(51)
    const page = await open()
    await page.getByText('51 mails').waitFor()
    expect(await page.locator('.mail').count()).toBe(50)
    await page.getByRole('link', { name: 'Older' }).click()
    await page.getByText('Page 2 of 2').waitFor()
    expect(await page.locator('.mail').count()).toBe(1)
  })

  test('has a page for what is not there', async () => {
    const page = await open('/mails/7')
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor()
  })

  test.each(looks)('has no barrier, does not scroll sideways and does not jump: %s', async (_, look) => {
    const empty = await faultsOf(browser, look, [[`${url}/`, isThere]])
    await deliver(51, 'a.customer.with.a.very.long.address.indeed@department.of.a.company.example.com')
    const paths = ['/', '/?page=2', `/?order=${orderId}`, '/mails/1', '/mails/99']
    const faults = await faultsOf(
      browser,
      look,
      paths.map((path) => [url + path, isThere]),
    )
    expect([...empty, ...faults]).toEqual([])
  })
})
