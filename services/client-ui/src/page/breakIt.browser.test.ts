import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { noBrowser } from '../../../../test/support/startBrowser.ts'
import { startFakeControl } from '../testing/fakeControl.ts'
import { pagesInBrowser } from '../testing/pages.ts'

describe.skipIf(noBrowser())('the "Break it" strip', () => {
  const pages = pagesInBrowser()
  let control: Awaited<ReturnType<typeof startFakeControl>>
  beforeEach(async () => {
    control = await startFakeControl()
    await pages.reopenShop({ localControlUrl: control.url })
  })
  afterEach(() => control[Symbol.asyncDispose]())

  test('stops billing and starts it again', async () => {
    const page = await pages.open()
    const strip = page.getByRole('region', { name: 'Break it' })
    await strip.getByRole('button', { name: 'Stop billing' }).click()
    await strip.getByText('Billing is stopped. Place an order and look at its page').waitFor()
    expect(control.billing.isRunning).toBe(false)
    await strip.getByRole('button', { name: 'Start billing' }).click()
    await strip.getByRole('button', { name: 'Stop billing' }).waitFor()
    expect(control.billing.isRunning).toBe(true)
  })

  test('breaks sales, mends it and replays what failed meanwhile', async () => {
    const page = await pages.open()
    const strip = page.getByRole('region', { name: 'Break it' })
    await strip.getByRole('button', { name: 'Break sales' }).click()
    await strip.getByText('Sales has a bug.').waitFor()
    control.sales.failed = 2
    await strip.getByRole('button', { name: 'Mend sales' }).click()
    await strip.getByText('2 messages of sales wait for a person').waitFor()
    await strip.getByRole('button', { name: 'Replay 2' }).click()
    await strip.getByText('Break sales, then place an order').waitFor()
    expect(control.sales).toMatchObject({ isBroken: false, failed: 0 })
  })

  test('is not there where nothing can be broken', async () => {
    await pages.reopenShop({})
    const page = await pages.open()
    await page.getByRole('button', { name: 'Add Storm cup' }).waitFor()
    expect(await page.getByRole('region', { name: 'Break it' }).count()).toBe(0)
  })
})
