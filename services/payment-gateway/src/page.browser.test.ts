import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'pg'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { faultsOf, looks } from '../../../test/support/pageChecks.ts'
import { type ServiceDatabase, serviceDatabase } from '../../../test/support/serviceDatabase.ts'
import { noBrowser, startBrowser } from '../../../test/support/startBrowser.ts'
import { gatewayApi } from './api.ts'
import { behavioursIn } from './behaviour.ts'
import { gatewayPage } from './page.ts'

const orderId = '0195a3c2-7d4e-7b1a-9c3d-5e6f7a8b9c0d'

const none = (page: Page) => page.getByText('Nothing was asked yet.').waitFor()

const some = (page: Page) => page.locator('#latest li').first().waitFor()

describe.skipIf(noBrowser())("the gateway's page", () => {
  let browser: Browser
  let database: ServiceDatabase
  let pool: Pool
  let server: Server
  let url = ''

  beforeAll(async () => void (browser = await startBrowser()))
  afterAll(() => browser.close())
  beforeEach(async () => {
    database = await serviceDatabase({ name: 'payment-gateway' })
    pool = new Pool({ connectionString: database.url })
    pool.on('error', () => {}) // One test ends connections on purpose.
    server = gatewayApi(pool, await behavioursIn(pool), { page: await gatewayPage(8090) }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()))
    server.close()
    server.closeAllConnections()
    await pool.end()
    await database[Symbol.asyncDispose]()
  })

  async function open(): Promise<Page> {
    const page = await browser.newPage()
    page.setDefaultTimeout(10_000)
    await page.goto(url)
    return page
  }

  const charge = (key: string, order = orderId) =>
    fetch(`${url}/charges`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ orderId: order, amountCents: 1_380, currency: 'EUR' }),
    })

  /** The gateway's role may not connect while `work` runs. */
  async function away(work: () => Promise<void>): Promise<void> {
    const { username } = new URL(database.url)
    const admin = new Pool({ connectionString: inject('stack').databaseUrl, max: 1 })
    try {
      await admin.query(`alter role ${username} nologin`)
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [username])
      await work()
    } finally {
      await admin.query(`alter role ${username} login`)
      await admin.end()
    }
  }

  test('shows what was counted, and each payment with a link to its order', async () => {
    const page = await open()
    await page.getByText('Nothing was asked yet.').waitFor()
    await charge('one')
    await charge('two')
    const order = page.getByRole('link', { name: '7a8b9c0d' }).first()
    await order.waitFor()
    expect(await order.getAttribute('href')).toBe(`http://127.0.0.1:8090/orders/${orderId}`)
    expect(await page.locator('#ordersChargedTwice').textContent()).toBe('1')
    expect(await page.locator('#ordersChargedTwice').getAttribute('class')).toContain('bad')
    expect(await page.getByText('Nothing was asked yet.').isVisible()).toBe(false)
  })

  test('does not say that nothing was asked when it cannot read what was', async () => {
    await charge('one')
    await away(async () => {
      const page = await open()
      await page.getByText('The gateway cannot read its books at the moment').waitFor()
      expect(await page.getByText('Nothing was asked yet.').isVisible()).toBe(false)
      expect(await page.locator('#charges').textContent()).toBe('–')
      expect((await charge('two')).status).toBe(503)
    })
    const page = await open()
    await page.getByRole('link', { name: '7a8b9c0d' }).waitFor()
  })

  test('says that the gateway does not answer when it is gone', async () => {
    const page = await open()
    await page.getByText('Nothing was asked yet.').waitFor()
    server.close()
    server.closeAllConnections()
    await page.getByText('The gateway does not answer.').waitFor()
  })

  test('changes how the gateway behaves, and says so', async () => {
    const page = await open()
    await page.getByText('Nothing was asked yet.').waitFor()
    await page.getByLabel('Declines in %').fill('7')
    await page.getByRole('button', { name: 'Behave like this' }).click()
    await page.getByText('It behaves like this now.').waitFor()
    expect(await (await fetch(`${url}/behaviour`)).json()).toMatchObject({ declineRate: 0.07 })
    await page.reload()
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#declineRate')?.value === '7')
    await page.getByRole('button', { name: 'Behave well' }).click()
    await page.getByText('It behaves like this now.').waitFor()
    expect(await page.getByLabel('Declines in %').inputValue()).toBe('0')
  })

  test.each(looks)('has no barrier, does not scroll sideways and does not jump: %s', async (_, look) => {
    const empty = await faultsOf(browser, look, [[`${url}/`, none]])
    for (let order = 0; order < 20; order++) await charge(`key ${order}`, `order-${order}`)
    expect([...empty, ...(await faultsOf(browser, look, [[`${url}/`, some]]))]).toEqual([])
  })
})
