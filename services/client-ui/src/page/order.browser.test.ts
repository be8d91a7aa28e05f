import { describe, expect, test } from 'vitest'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { pagesInBrowser, placedOrderId, publishAll, step, wholeJourney } from '../testing/pages.ts'

const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000)
const pill = '#pill'

describe.skipIf(noBrowser())("an order's page", () => {
  const pages = pagesInBrowser()

  test('shows each step while it happens, from one click on a fresh shop to the end', async () => {
    const page = await pages.open()
    await page.getByRole('button', { name: 'Place order' }).click()
    const orderId = await placedOrderId(page)
    await step(page, 'Accepted', 'done')
    publishAll(pages.shop, orderId, ['OrderPlaced', 'StockReserved'])
    await step(page, 'Placed', 'done')
    await step(page, 'Reserved', 'done')
    publishAll(pages.shop, orderId, ['OrderBilled', 'OrderShipped', 'CustomerNotified', 'PointsAwarded'])
    await page.getByText('Everything is done.').waitFor()
    await page.locator('#pill.ok', { hasText: 'done' }).waitFor()
    expect(await page.locator('#way li.done').count()).toBe(6)
    expect(await page.locator('#total').textContent()).toBe('€3.50')
    expect(pages.shop.sent).toHaveLength(1)
  })

  test('lists what was ordered, before and after sales has priced it', async () => {
    const page = await pages.open()
    await page.getByRole('button', { name: 'Add Storm cup' }).click()
    await page.getByRole('button', { name: 'One Storm cup more' }).click()
    await page.getByRole('button', { name: 'Place order' }).click()
    const orderId = await placedOrderId(page)
    const ordered = page.getByRole('region', { name: 'What was ordered' })
    await ordered.getByText('2 × Storm cup').waitFor()
    const elsewhere = await pages.open(`/orders/${orderId}`)
    await elsewhere.getByText('2 × Storm cup').waitFor()
    await elsewhere.getByText('By ada').waitFor()
    const lines = [{ sku: 'storm-cup', name: 'Storm cup', quantity: 2, unitCents: 1100 }]
    pages.shop.publish(orderId, 'OrderPlaced', { totalCents: 2200, detail: { lines, currency: 'EUR', customerId: 'ada' } })
    await elsewhere.getByRole('listitem').filter({ hasText: 'Total' }).getByText('€22.00').waitFor()
  })

  test('says under which id the order was traced, if it was', async () => {
    pages.shop.accept('traced', { traceId: '0af7651916cd43dd8448eb211c80319c' })
    pages.shop.accept('untraced')
    await (await pages.open('/orders/traced')).getByText('Trace 0af7651916cd43dd8448eb211c80319c').waitFor()
    const page = await pages.open('/orders/untraced')
    await page.getByText('By ada').waitFor()
    expect(await page.locator('#trace').textContent()).toBe('')
  })

  test('shows the same time in the tab that placed the order and in every other: from acceptance', async () => {
    const page = await pages.open()
    await page.getByRole('button', { name: 'Place order' }).click()
    const orderId = await placedOrderId(page)
    const accepted = (await (await fetch(`${pages.shop.url}/api/orders/${orderId}`)).json()) as { acceptedAt: string }
    publishAll(pages.shop, orderId, wholeJourney, new Date(accepted.acceptedAt))
    const elsewhere = await pages.open(`/orders/${orderId}`)
    for (const tab of [page, elsewhere]) {
      await tab.getByText('Everything is done.').waitFor()
      expect(await tab.locator('.lead').innerText()).toMatch(/^600 ms\s+from acceptance to parcel, mail and points$/)
    }
  })

  test('says that there is no such order, offers nothing to cancel, and shows it when it is there', async () => {
    const page = await pages.open('/orders/nope')
    await page.locator(pill, { hasText: 'no such order' }).waitFor()
    await page.getByText('There is no order of this id.').waitFor()
    expect(await page.getByRole('button', { name: 'Cancel this order' }).isVisible()).toBe(false)
    expect(await page.locator('#way').isVisible()).toBe(false)
    pages.shop.accept('nope')
    await step(page, 'Accepted', 'done')
  })

  test('says that the order cannot be read, which is something else, while the database is away', async () => {
    pages.shop.away.database = true
    const page = await pages.open('/orders/order-1')
    await page.locator(pill, { hasText: 'not read' }).waitFor()
    await page.getByText('cannot be read at the moment').waitFor()
    pages.shop.accept('order-1')
    pages.shop.away.database = false
    await step(page, 'Accepted', 'done')
    pages.shop.away.database = true
    pages.shop.publish('order-1', 'OrderPlaced')
    await page.getByText('What happened since cannot be read at the moment.').waitFor()
    pages.shop.away.database = false
    await step(page, 'Placed', 'done')
  })

  test('says that the connection is lost, which is a third thing, when the shop is gone', async () => {
    pages.shop.accept('order-1')
    const page = await pages.open('/orders/order-1')
    await step(page, 'Accepted', 'done')
    await pages.shop.close()
    await page.locator(pill, { hasText: 'connection lost' }).waitFor()
    await page.getByText('The order goes on without this page').waitFor()
  })

  test('says for whom a step waits, and does not claim to know why; then the order goes on', async () => {
    const page = await pages.open()
    await page.getByRole('button', { name: 'Place order' }).click()
    const orderId = await placedOrderId(page)
    publishAll(pages.shop, orderId, ['OrderPlaced', 'StockReserved'])
    await page.getByText('Waiting for billing. Nothing is lost').waitFor()
    await step(page, 'Billed', 'late')
    publishAll(pages.shop, orderId, ['OrderBilled'])
    await step(page, 'Billed', 'done')
  })

  test('raises an alarm 30 seconds after acceptance, also for an order that no service has taken yet', async () => {
    pages.shop.accept('order-1', { acceptedAt: secondsAgo(40) })
    const page = await pages.open('/orders/order-1')
    await page.locator('#pill.wait', { hasText: 'delayed' }).waitFor()
    await page.getByText('This order is late: sales has not answered it within 30 seconds.').waitFor()
  })

  test('tells an order that failed and needs a person from one that waits: later ones were answered', async () => {
    pages.shop.accept('order-1', { acceptedAt: secondsAgo(60) })
    pages.shop.accept('order-2', { acceptedAt: secondsAgo(5) })
    pages.shop.publish('order-2', 'OrderPlaced')
    const page = await pages.open('/orders/order-1')
    await page.locator('#pill.fail', { hasText: 'stuck in sales' }).waitFor()
    await page.getByText('waits for a person. Look: npx petrel failures sales').waitFor()
    await step(page, 'Placed', 'stuck')
  })

  test('offers to cancel once the order is placed, and shows a wish that was granted in grey', async () => {
    pages.shop.accept('order-1')
    const page = await pages.open('/orders/order-1')
    const cancel = page.getByRole('button', { name: 'Cancel this order' })
    await step(page, 'Accepted', 'done')
    expect(await cancel.isVisible()).toBe(false)
    publishAll(pages.shop, 'order-1', ['OrderPlaced', 'StockReserved'])
    await cancel.click()
    await page.getByRole('button', { name: 'Cancel 1 order' }).click()
    await page.getByText('The wish to cancel was handed over.').waitFor()
    expect(pages.shop.sent).toMatchObject([{ name: 'sales.CancelOrder', data: { orderId: 'order-1' } }])
    publishAll(pages.shop, 'order-1', ['OrderCancelled', 'PaymentCancelled', 'StockReleased', 'CustomerNotified'])
    await page.getByText('The order was cancelled in time: nothing was charged.').waitFor()
    expect(await page.locator(pill).getAttribute('class')).toBe('pill ')
    expect(await page.locator('#way li.failed').count()).toBe(0)
  })

  test('shows in grey, too, that the money came back after a cancellation', async () => {
    publishAll(pages.shop, 'order-1', ['OrderPlaced', 'OrderBilled', 'OrderCancelled', 'OrderRefunded'])
    const page = await pages.open('/orders/order-1')
    await page.getByText('The order was cancelled, and the money was given back.').waitFor()
    expect(await page.locator(pill).getAttribute('class')).toBe('pill ')
  })

  test.each([
    ['PaymentDeclined', 'payment declined'],
    ['StockReservationRejected', 'sold out'],
    ['OrderRefunded', 'refunded'],
    ['OrderCancelled', 'cancelled'],
    ['ShipmentDelayed', 'delayed'],
  ])('says of an order with %s "%s"', async (type, words) => {
    publishAll(pages.shop, 'order-1', ['OrderPlaced', type])
    const page = await pages.open('/orders/order-1')
    await page.locator(pill, { hasText: words }).waitFor()
  })

  test('names the product of which there is not enough as customers know it', async () => {
    pages.shop.publish('order-1', 'OrderPlaced')
    pages.shop.publish('order-1', 'StockReservationRejected', {
      detail: { reason: 'There is not enough Heather honey, 250 g.', missingSkus: ['honey'] },
    })
    const page = await pages.open('/orders/order-1')
    await page.locator('#hint').getByText('There is not enough Heather honey, 250 g.').waitFor()
    await page.locator('#log').getByText('could not reserve: There is not enough Heather honey, 250 g.').waitFor()
  })

  test('copies the whole id with a click, and where the browser refuses that, gives it to copy by hand', async () => {
    pages.shop.accept('0197a000-0000-7000-8000-00000000abcd')
    const page = await pages.open('/orders/0197a000-0000-7000-8000-00000000abcd')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.locator('#id', { hasText: '0000abcd' }).click()
    await page.locator('#id', { hasText: 'copied' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('0197a000-0000-7000-8000-00000000abcd')

    const refused = await pages.open('/orders/0197a000-0000-7000-8000-00000000abcd')
    await refused.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException('not allowed', 'NotAllowedError'))
    })
    await refused.locator('#id').click()
    await refused.locator('#id', { hasText: '0197a000-0000-7000-8000-00000000abcd' }).waitFor()
    expect(await refused.evaluate(() => getSelection()?.toString())).toBe('0197a000-0000-7000-8000-00000000abcd')
    expect(await refused.getByText('copied').count()).toBe(0)
  })

  test('gives times in UTC, wherever the browser is, as the mailbox and the terminal do', async () => {
    pages.shop.accept('order-1', { acceptedAt: new Date('2026-03-01T10:00:07.123Z') })
    const page = await pages.open('/orders/order-1', { timezoneId: 'Asia/Tokyo' })
    await page.locator('#way').getByText('10:00:07 UTC').waitFor()
    await page.locator('#log').getByText('10:00:07').waitFor()
  })
})
