import { expect, test } from 'vitest'
import { discard } from './discard.ts'
import { listFailures } from './failures.ts'
import { replay } from './replay.ts'
import { restore } from './restore.ts'
import { all, type FailingBilling, failingBilling } from './testing/failingEndpoint.ts'

const by = 'a test'
const reason = 'The order was invented'
const nothing = { count: 0, waiting: [], replayed: [], unknown: [], shared: [] }

const openIds = async ({ broker }: FailingBilling) =>
  (await listFailures({ admin: broker.admin, prefix: 'p.' }, 'billing')).map(({ id }) => id)

async function threeDiscarded(): Promise<FailingBilling> {
  const billing = await failingBilling()
  for (const id of ['m-1', 'm-2', 'm-3']) await billing.receive(id)
  await discard({ endpoint: 'billing', reason, by }, billing)
  return billing
}

test('what is restored waits again, and can be replayed or discarded again', async () => {
  const billing = await threeDiscarded()
  expect(await restore({ endpoint: 'billing', ids: ['m-2'], by }, billing)).toEqual({ ...nothing, count: 1 })
  expect(await openIds(billing)).toEqual(['m-2'])
  await discard({ endpoint: 'billing', ids: ['m-2'], reason, by }, billing)
  expect(await openIds(billing)).toEqual([])
  await restore({ endpoint: 'billing', ids: ['m-2'], by }, billing)
  expect(await replay({ endpoint: 'billing', by }, billing)).toMatchObject({ replayed: 1 })
  expect(await openIds(billing)).toEqual([])
})

test('without ids all that was discarded is restored; again there is nothing', async () => {
  const billing = await threeDiscarded()
  expect(await restore({ endpoint: 'billing', by }, billing)).toEqual({ ...nothing, count: 3 })
  expect(await openIds(billing)).toEqual(['m-1', 'm-2', 'm-3'])
  expect(await restore({ endpoint: 'billing', by }, billing)).toEqual(nothing)
})

test('an id that was not discarded is reported: it waits, was sent back, or never failed', async () => {
  const billing = await threeDiscarded()
  await restore({ endpoint: 'billing', ids: ['m-1', 'm-2'], by }, billing)
  await replay({ endpoint: 'billing', ids: ['m-1'], by }, billing)
  expect(await restore({ endpoint: 'billing', ids: ['m-1', 'm-2', 'm-9'], by }, billing)).toEqual({
    ...nothing,
    waiting: ['m-2'],
    replayed: ['m-1'],
    unknown: ['m-9'],
  })
})

test('of two discarded messages with one id both are restored and named, or one by its source', async () => {
  const billing = await failingBilling()
  for (const source of ['sales', 'shop']) await billing.receive('m-1', { headers: { ce_source: source } })
  await discard({ endpoint: 'billing', reason, by }, billing)
  expect(await restore({ endpoint: 'billing', ids: ['m-1'], source: 'shop', by }, billing)).toEqual({ ...nothing, count: 1 })
  await discard({ endpoint: 'billing', reason, by }, billing)
  expect(await restore({ endpoint: 'billing', ids: ['m-1'], by }, billing)).toEqual({
    ...nothing,
    count: 2,
    shared: [{ id: 'm-1', sources: ['sales', 'shop'] }],
  })
})

test('a message that was replayed and failed again, and then was discarded, is restored as it was before', async () => {
  const billing = await failingBilling()
  await billing.receive('m-1')
  await replay({ endpoint: 'billing', by }, billing)
  await billing.handleReplayed()
  await discard({ endpoint: 'billing', reason, by }, billing)
  await restore({ endpoint: 'billing', reason: 'It was not', by }, billing)
  const marks = await all(billing.broker.admin.read('p.billing.replayed'))
  const [replayed, , restored] = marks.map(({ key, value }) => ({
    key: String(key),
    ...(JSON.parse(String(value)) as { outcome: string; reason?: string }),
  }))
  expect(replayed).toMatchObject({ key: 'p.billing.dlt/0/0', outcome: 'replayed' })
  expect(restored).toMatchObject({ key: 'p.billing.dlt/0/1', outcome: 'restored', reason: 'It was not', by })
  expect(await openIds(billing)).toEqual(['m-1'])
})
