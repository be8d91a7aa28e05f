import { describe, expect, test } from 'vitest'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { consolePages } from '../testing/consolePages.ts'
import { failureOf, idOf, sevenFailures } from '../testing/story.ts'

describe.skipIf(noBrowser())('one failed message', () => {
  const pages = consolePages()

  test('shows why it failed, what happened before and after, and where it is', async () => {
    await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open(`/failures/${idOf(11)}`)
    await page.getByRole('heading', { name: 'OrderPlaced', level: 1 }).waitFor()
    await page.getByRole('region', { name: 'Why' }).getByText('gateway.ts:31').first().waitFor()
    expect(await page.locator('.stack .frame').count()).toBe(2)
    const flow = page.getByRole('region', { name: 'Conversation' })
    expect(await flow.locator('svg').first().getAttribute('aria-label')).toContain('sales → OrderPlaced → billing (failed)')
    expect(await flow.locator('.box.current').textContent()).toContain('failed 13 times')
    expect(await page.getByRole('region', { name: 'One after the other' }).getByRole('row').count()).toBe(10)
    const sagas = page.getByRole('region', { name: 'Sagas' })
    await sagas.getByText('ShippingPolicy').waitFor()
    expect(await sagas.innerText()).toMatch(
      /running[\s\S]*OrderPlaced[\s\S]*begins[\s\S]*StockReserved[\s\S]*ShipmentOverdue[\s\S]*comes in[\s\S]*not heard yet: OrderBilled/i,
    )
    await page.getByText('billing.dlt · partition 5 · offset 11').waitFor()
  })

  test('hides personal data until one asks for it, which is written down', async () => {
    const { store } = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open(`/failures/${idOf(1)}`)
    await page.getByText('personal, masked').waitFor()
    expect(await page.content()).not.toContain('ada@example.org')
    await page.getByRole('button', { name: 'Show personal data' }).click()
    await page.getByText('"ada@example.org"').waitFor()
    expect(store.actions[0]).toMatchObject({ what: 'show' })
    await page.getByRole('button', { name: 'Hide it again' }).click()
    await page.getByText('personal, masked').waitFor()
    expect(await page.content()).not.toContain('ada@example.org')
  })

  test('that cannot be read says so, shows its bytes, and can be sent back', async () => {
    await pages.start({ failures: [failureOf('unreadable', 1, { at: Date.now() })] })
    const page = await pages.open(`/failures/${idOf(1)}`)
    await page.getByText('the registry has no schema of that number').first().waitFor()
    await page.getByRole('button', { name: 'Replay 1' }).waitFor()
    await page.getByRole('button', { name: 'Show its bytes' }).click()
    await page.getByText('000000  00 00 00 12 67').waitFor()
  })

  test('is corrected in a form that knows the schema, and the corrected copy is sent', async () => {
    const fake = await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open(`/failures/${idOf(1)}`)
    await page.getByRole('link', { name: 'Edit and replay' }).click()
    const send = page.getByRole('button', { name: 'Replay the edited copy' })
    await send.waitFor()
    expect(await send.isDisabled()).toBe(true)
    const quantity = page.getByLabel('quantity').first()
    await quantity.fill('two')
    await page.getByText('must be a number').waitFor()
    expect(await send.isDisabled()).toBe(true)
    await quantity.fill('3')
    await page.getByRole('region', { name: 'Changes' }).getByText('lines/0/quantity').waitFor()
    fake.refusals = [{ path: 'body.lines.0.quantity', message: 'is more than anybody may order' }]
    const dialog = page.getByRole('dialog')
    await send.click()
    await dialog.getByText('1 change.').waitFor()
    await dialog.getByRole('button', { name: 'Replay 1' }).click()
    await dialog.getByRole('alert').waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('is more than anybody may order').first().waitFor()
    fake.refusals = []
    await quantity.fill('2')
    await quantity.fill('1')
    await send.click()
    await dialog.getByRole('button', { name: 'Replay 1' }).click()
    await page.waitForURL(`**/failures/${idOf(1)}`)
    await page.getByText('The edited copy is on its way to sales').waitFor()
    const { body } = fake.store.asked.findLast(({ path }) => path.endsWith('/edit-and-replay')) ?? {}
    expect(body).toMatchObject({
      body: { email: '•••', lines: [{ sku: 'tea-500', quantity: 1 }, { quantity: 1 }] },
      headers: { 'x-campaign': 'spring-sale' },
    })
    expect(body?.['requestId']).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('that is not there says so', async () => {
    await pages.start({ failures: [] })
    const page = await pages.open('/failures/nothing')
    await page.getByRole('heading', { name: 'There is no such failure' }).waitFor()
  })
})

describe.skipIf(noBrowser())('an order', () => {
  const pages = consolePages()

  test('that went well is found by its id, with its whole journey', async () => {
    await pages.start({ failures: sevenFailures(Date.now()) })
    const page = await pages.open('/orders')
    await page.locator('tbody tr').nth(18).waitFor()
    await page.getByRole('searchbox', { name: 'Find an order' }).fill(idOf(501, 3))
    await page.getByText('1 conversation', { exact: true }).waitFor()
    await page.locator('tbody a').click()
    await page.getByText('nothing failed').waitFor()
    expect(await page.locator('.flow svg').first().getAttribute('aria-label')).toContain(
      'billing → OrderBilled → loyalty (handled)',
    )
    expect(await page.locator('.sequence tbody tr').count()).toBe(11)
  })
})
