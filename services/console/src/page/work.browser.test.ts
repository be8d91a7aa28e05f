import { command, endpoint, handler, readSettings, type Service, start } from '@petrel/messaging'
import { avroCodec, type BrokerRecord, deploy, headerText } from '@petrel/messaging/operations'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { described } from '../../../../packages/messaging/src/definition/testing/described.ts'
import { eventually } from '../../../../test/support/eventually.ts'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { watchedPages } from '../../../../test/support/watchedPages.ts'
import type { Failure } from '../failures/list.ts'
import { origins, writeRecorded } from '../foreign/testing/writeRecorded.ts'
import { type ConsoleSystem, consoleSystem } from '../testing/consoleSystem.ts'
import { type ConsoleWithLogin, consoleWithLogin } from '../testing/consoleWithLogin.ts'
import { thrown } from '../testing/failingEndpoint.ts'

// What a person does at the page, with the real API, Kafka and PostgreSQL behind it.

const orderPlaced = {
  type: 'record',
  name: 'OrderPlaced',
  namespace: 'sales',
  key: 'orderId',
  fields: [
    { name: 'orderId', type: 'string' },
    { name: 'email', type: ['null', 'string'], default: null, pii: true },
    { name: 'quantity', type: 'int', default: 1 },
    { name: 'note', type: ['null', 'string'], default: null },
  ],
} as const

const ChargeOrder = command<{ readonly orderId: string }>(described('till', 'ChargeOrder', { topic: 'charge-order' }))

const settingsOfControl = { FAULT_TOPIC: 'petrel.control' }

describe.skipIf(noBrowser())('a person', () => {
  const pages = watchedPages()
  let shop: ConsoleSystem
  let schemaId: number
  beforeAll(async () => {
    shop = await consoleSystem({ ...settingsOfControl, CONSOLE_TRACE_URL: 'https://traces.example.org/trace/{traceId}' })
    schemaId = await shop.console.context.registry.register(`${shop.prefix}sales.order-placed-value`, orderPlaced)
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  /** Billing fails at an order. @returns the failure's id */
  async function failed(id: string, order: object = {}): Promise<string> {
    const codec = avroCodec({ registry: shop.console.context.registry })
    const body = { orderId: `order-${id}`, email: `${id}@example.org`, quantity: 0, note: null, ...order }
    await shop.fail([{ id, key: `order-${id}`, value: await codec.encodeAny(schemaId, body) }], thrown('Nothing to bill'))
    return eventually(async () => {
      const { items } = await shop.get<{ items: Failure[] }>(`/api/failures?q=${id}`)
      expect(items).toHaveLength(1)
      return items[0]?.id ?? ''
    })
  }

  /** An endpoint that sends commands to itself, and ends with the test. */
  async function startTill(charge: (order: { readonly orderId: string }) => void): Promise<Service> {
    const till = endpoint({
      name: 'till',
      handlers: [handler(ChargeOrder, charge)],
      produces: [ChargeOrder],
      partitions: 1,
      recoverability: { immediate: 0, delayed: [] },
    })
    const { broker, registry } = shop.console.context
    const database = { url: await shop.system.createDatabase('till') }
    await deploy({ endpoint: till, database }, { admin: broker.admin, registry, prefix: shop.prefix })
    const environment = { ...(await shop.system.env('till')), ...settingsOfControl, LOG_LEVEL: 'silent' }
    const service = await start(till, readSettings(environment))
    onTestFinished(() => service.stop())
    return service
  }

  async function recordsOf(topic: string): Promise<BrokerRecord[]> {
    const records: BrokerRecord[] = []
    for await (const record of shop.console.context.broker.admin.read(shop.prefix + topic)) records.push(record)
    return records
  }

  test('is led from a message, and from its conversation, to the trace', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    await shop.fail([{ id: 'traced', headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } }])
    await shop.confirm([{ id: 'traced', replayOf: null, outcome: 'deadLettered', traceId }])
    const failure = await eventually(async () => {
      await shop.get('/api/conversations/c-traced')
      const { items } = await shop.get<{ items: Failure[] }>('/api/failures?q=traced')
      expect(items).toHaveLength(1)
      return items[0]?.id ?? ''
    })
    for (const path of [`/failures/${failure}`, '/conversations/c-traced']) {
      const page = await pages.open(shop.console.url + path)
      const link = page.locator('.facts').getByRole('link', { name: 'open' })
      expect(await link.getAttribute('href'), path).toBe(`https://traces.example.org/trace/${traceId}`)
    }
  })

  test('corrects a message in the form, and only its endpoint gets the corrected copy', async () => {
    const id = await failed('corrected')
    const page = await pages.open(`${shop.console.url}/failures/${id}`)
    await page.getByRole('link', { name: 'Edit and replay' }).click()
    await page.getByLabel('quantity').fill('3')
    await page.getByRole('region', { name: 'Changes' }).getByText('quantity').waitFor()
    await page.getByRole('button', { name: 'Replay the edited copy' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Replay 1' }).click()
    await page.getByText('The edited copy is on its way to billing').waitFor()
    const [sent] = await eventually(async () => {
      const records = (await recordsOf('billing.replay')).filter(({ key }) => key?.toString() === 'order-corrected')
      expect(records).toHaveLength(1)
      return records
    })
    expect((await shop.console.context.codec.decodeAny(sent?.value ?? null)).data).toEqual({
      orderId: 'order-corrected',
      email: 'corrected@example.org',
      quantity: 3,
      note: null,
    })
    await page.locator('.page-head').getByText('archived').waitFor()
    const messageId = headerText(sent?.headers ?? {}, 'ce_id') ?? ''
    await page.getByText(`Edited as ${messageId}`).waitFor()
    await shop.confirm([{ id: messageId, replayOf: headerText(sent?.headers ?? {}, 'petrel-replay-of') ?? null }])
    await page.getByRole('region', { name: 'Replays' }).getByText('1 resolved', { exact: true }).waitFor()
  })

  test('erases a customer, and sees how far it is until nothing is left', async () => {
    const [gone, stays] = [await failed('erased', { email: 'erase.me@example.org' }), await failed('staying')]
    const page = await pages.open(`${shop.console.url}/actions`)
    await page.getByRole('button', { name: 'Erase a customer' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Known by').selectOption('email')
    await dialog.getByLabel('The e-mail').fill('erase.me@example.org')
    await dialog.getByLabel('The same once more').fill('erase.me@example.org')
    await dialog.getByRole('button', { name: 'Erase for ever' }).click()
    const erasure = page.getByRole('region', { name: 'Erasure' })
    await erasure.getByText('Erased: failures 1, dead letters 1').waitFor()
    expect(await page.content()).not.toContain('erase.me@example.org')
    await page.reload()
    await page.getByRole('row', { name: /local erase by email 1 done 1 failures/ }).waitFor()
    expect(await page.content()).not.toContain('erase.me@example.org')
    await page.goto(`${shop.console.url}/failures/${gone}`)
    await page.getByRole('heading', { name: 'There is no such failure' }).waitFor()
    await page.goto(`${shop.console.url}/failures/${stays}`)
    await page.getByRole('heading', { name: 'OrderPlaced', level: 1 }).waitFor()
    expect((await recordsOf('billing.dlt')).map(({ key }) => key?.toString())).not.toContain('order-erased')
  })

  test('sends back what Spring gave up, after the warning that every subscriber hears it again', async () => {
    await writeRecorded('springKafka', shop.console.context.broker, shop.prefix)
    const page = await pages.open(`${shop.console.url}/failures?endpoint=spring-sales&by=endpoint`)
    const group = page.getByRole('region', { name: 'Group', exact: true })
    await group.getByRole('button', { name: 'Replay 3' }).click()
    const dialog = page.getByRole('dialog')
    const replay = dialog.getByRole('button', { name: /^Replay \d/ })
    await dialog.getByText('every subscriber hears them again').waitFor()
    expect([await replay.textContent(), await replay.isDisabled()]).toEqual([expect.stringContaining('Replay 0'), true])
    await dialog.getByRole('checkbox', { name: /every subscriber hears them again/ }).check()
    await dialog.getByRole('row', { name: new RegExp(`every subscriber ${shop.prefix}${origins.springKafka} 3`) }).waitFor()
    await dialog.getByRole('button', { name: 'Replay 3', exact: true }).click()
    await page.getByRole('region', { name: 'Replays' }).getByText('3 resolved', { exact: true }).waitFor()
    await page.getByRole('region', { name: 'Groups' }).getByText('none left').waitFor()
    expect(await recordsOf(origins.springKafka)).toHaveLength(3)
  })

  test('breaks an endpoint from the panel, sees what fails, mends it, and sends that back', async () => {
    const charged: string[] = []
    const till = await startTill(({ orderId }) => void charged.push(orderId))
    const page = await pages.open(`${shop.console.url}/break-it`)
    const panel = page.getByRole('listitem').filter({ hasText: 'till' })
    await page.getByRole('button', { name: 'Break till' }).click()
    await panel.getByText('A bug that was switched on in the console.').waitFor()
    // Its process hears of it within a second.
    await eventually(async () => {
      await till.send(ChargeOrder({ orderId: 'order-broken' }))
      const { total } = await shop.get<{ total: number }>('/api/failures?endpoint=till&state=unresolved')
      expect(total).toBeGreaterThan(0)
    })
    await page.goto(`${shop.console.url}/failures?endpoint=till`)
    await page.getByRole('region', { name: 'Groups' }).getByText('A bug that was switched on in the console.').waitFor()

    await page.goto(`${shop.console.url}/break-it`)
    await page.getByRole('button', { name: 'Mend till' }).click()
    await panel.getByText('well', { exact: true }).waitFor()
    await eventually(async () => {
      await till.send(ChargeOrder({ orderId: 'order-mended' }))
      expect(charged).toContain('order-mended')
    })
    await page.goto(`${shop.console.url}/failures?endpoint=till`)
    await page
      .getByRole('region', { name: 'Group', exact: true })
      .getByRole('button', { name: /^Replay \d/ })
      .click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Replay [1-9]/ })
      .click()
    await page.getByRole('region', { name: 'Groups' }).getByText('none left').waitFor()
    await eventually(() => expect(charged).toContain('order-broken'))
    await page.goto(`${shop.console.url}/actions`)
    await page.getByRole('row', { name: /local mend service till/ }).waitFor()
    await page.getByRole('row', { name: /local break service till/ }).waitFor()
  })

  describe('who signs in at a provider', () => {
    let withLogin: ConsoleWithLogin
    beforeAll(async () => {
      withLogin = await consoleWithLogin(shop.system)
      withLogin.provider.roles.set('bob', ['reader']).set('grace', ['operator'])
    })
    afterAll(() => withLogin[Symbol.asyncDispose]())

    /** Opens a page of the console, signs in, and is back at that page. */
    async function signIn(name: string, path: string): Promise<Page> {
      const context = await pages.browser.newContext({ viewport: { width: 1280, height: 720 } })
      context.setDefaultTimeout(30_000)
      // The provider's own pages want fonts from elsewhere.
      await context.route(
        ({ hostname }) => hostname !== '127.0.0.1',
        (route) => route.abort(),
      )
      const page = await context.newPage()
      await page.goto(withLogin.url + path)
      await page.locator('input[name=login]').fill(name)
      await page.locator('input[name=password]').fill('any')
      await page.locator('button[type=submit]').click()
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.waitForURL(withLogin.url + path)
      return page
    }

    test('as a reader looks, without what is personal, and changes nothing', async () => {
      const id = await failed('read')
      const page = await signIn('bob', `/failures/${id}`)
      await page.getByText('reader: looks, and changes nothing').waitFor()
      await page.getByText('personal, masked').waitFor()
      expect(await page.content()).not.toContain('read@example.org')
      for (const path of [`/failures/${id}`, '/failures', '/actions']) {
        await page.goto(withLogin.url + path)
        await page.locator('main h1').waitFor()
        expect(await page.getByRole('button', { name: /^(Replay|Archive|Restore|Erase|Show personal)/ }).count(), path).toBe(0)
      }
      await page.goto(`${withLogin.url}/failures/${id}/edit`)
      await page.getByRole('heading', { name: 'You may look, and change nothing' }).waitFor()
    })

    test('as an operator sees what is personal, which is written down, replays, and erases nobody', async () => {
      const id = await failed('operated')
      const page = await signIn('grace', `/failures/${id}`)
      await page.getByText('operator: replays, edits and archives').waitFor()
      await page.getByRole('button', { name: 'Show personal data' }).click()
      await page.getByText('"operated@example.org"').waitFor()
      await page.getByRole('button', { name: 'Replay 1' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Replay 1', exact: true }).click()
      await page.locator('.page-head').getByText('replay requested').waitFor()
      await page.goto(`${withLogin.url}/actions`)
      await page.getByRole('row', { name: /grace@example\.org replay one message/ }).waitFor()
      await page.getByRole('row', { name: /grace@example\.org show personal data/ }).waitFor()
      expect(await page.getByRole('button', { name: 'Erase a customer' }).count()).toBe(0)
      // The page lives until the provider's is there: what it asks meanwhile must not sign in again.
      await page.evaluate(`import(new URL('api.js', document.querySelector('script[type=module]').src)).then(({ get }) => {
        setInterval(() => get('/api/summary').catch(() => {}), 20)
      })`)
      await page.route('**/auth/sign-out', async (route) => {
        const refused = page.waitForResponse((response) => response.status() === 401)
        const response = await route.fetch({ maxRedirects: 0 })
        await refused
        await route.fulfill({ response })
      })
      await page.getByRole('link', { name: 'Sign out' }).click()
      await page.getByRole('button', { name: /yes/i }).click()
      await page.waitForURL(`${withLogin.url}/auth/signed-out`)
      expect((await page.request.get(`${withLogin.url}/api/summary`, { maxRedirects: 0 })).status()).toBe(401)
    })
  })
})
