import { expect, test } from 'vitest'
import { failure } from '../headers.ts'
import { discard } from './discard.ts'
import { listFailures } from './failures.ts'
import { replay } from './replay.ts'
import { all, type FailingBilling, failingBilling } from './testing/failingEndpoint.ts'

const by = 'a test'
const reason = 'The order was invented'
const nothing = { count: 0, already: [], discarded: [], unknown: [], shared: [] }

const list = ({ broker }: FailingBilling, withDiscarded: boolean) =>
  listFailures({ admin: broker.admin, prefix: 'p.' }, 'billing', { withDiscarded })
const openIds = async (billing: FailingBilling) => (await list(billing, false)).map(({ id }) => id)

async function threeFailures(): Promise<FailingBilling> {
  const billing = await failingBilling()
  for (const id of ['m-1', 'm-2', 'm-3']) await billing.receive(id)
  return billing
}

test('what is discarded waits no longer, is never sent, and is kept with reason, who and when', async () => {
  const billing = await threeFailures()
  expect(await discard({ endpoint: 'billing', ids: ['m-2'], reason, by }, billing)).toEqual({ ...nothing, count: 1 })
  expect(await openIds(billing)).toEqual(['m-1', 'm-3'])

  const discarded = (await list(billing, true)).filter((failure) => failure.discarded !== undefined)
  expect(discarded).toMatchObject([{ id: 'm-2', discarded: { reason, by, at: expect.stringMatching(/^20/) } }])

  expect(await replay({ endpoint: 'billing', by }, billing)).toMatchObject({ replayed: 2 })
  expect(await replay({ endpoint: 'billing', ids: ['m-2'], by }, billing)).toMatchObject({
    replayed: 0,
    already: [],
    discarded: [{ id: 'm-2', source: 'p.sales.order-placed', by, reason }],
  })
  expect(await all(billing.broker.admin.read('p.billing.replay'))).toHaveLength(2)
  expect(await all(billing.broker.admin.read('p.billing.dlt'))).toHaveLength(3)
})

test('without ids all that waits is discarded; again there is nothing', async () => {
  const billing = await threeFailures()
  expect(await discard({ endpoint: 'billing', reason, by }, billing)).toEqual({ ...nothing, count: 3 })
  expect(await openIds(billing)).toEqual([])
  expect(await discard({ endpoint: 'billing', reason, by }, billing)).toEqual(nothing)
})

test('an id that waits no longer or never did is reported', async () => {
  const billing = await threeFailures()
  await replay({ endpoint: 'billing', ids: ['m-1'], by }, billing)
  await discard({ endpoint: 'billing', ids: ['m-2'], reason, by }, billing)
  expect(await discard({ endpoint: 'billing', ids: ['m-1', 'm-2', 'm-9'], reason, by }, billing)).toMatchObject({
    count: 0,
    already: ['m-1'],
    discarded: [{ id: 'm-2' }],
    unknown: ['m-9'],
  })
})

// It would take a minute if the time grew with the square of their number.
test('a producer that gives all its messages one id has them all in one letter', { timeout: 45_000 }, async () => {
  const billing = await failingBilling()
  await billing.receive('1')
  const [letter] = await all(billing.broker.admin.read('p.billing.dlt'))
  if (letter === undefined) throw new Error('there is no letter')
  const count = 40_000
  await billing.broker.publish(
    Array.from({ length: count - 1 }, (_, at) => ({
      topic: letter.topic,
      key: 'order-1',
      value: letter.value,
      headers: { ...letter.headers, [failure.originalOffset]: String(at + 1) },
    })),
  )
  expect(await openIds(billing)).toEqual(['1'])
  expect(await discard({ endpoint: 'billing', reason, by }, billing)).toEqual({ ...nothing, count: 1 })
  expect(await all(billing.broker.admin.read('p.billing.replayed'))).toHaveLength(count)
})

test('of two messages with one id, one can be discarded by its source', async () => {
  const billing = await failingBilling()
  for (const source of ['sales', 'shop']) await billing.receive('m-1', { headers: { ce_source: source } })
  await discard({ endpoint: 'billing', ids: ['m-1'], source: 'shop', reason, by }, billing)
  expect((await list(billing, false)).map(({ source }) => source)).toEqual(['sales'])
})

test('a mark is versioned JSON that other tools can read', async () => {
  const billing = await threeFailures()
  await discard({ endpoint: 'billing', ids: ['m-3'], reason, by }, billing)
  const [mark] = await all(billing.broker.admin.read('p.billing.replayed'))
  expect(mark?.key?.toString()).toMatch(/^p\.billing\.dlt\/0\/\d$/)
  expect(JSON.parse(mark?.value?.toString() ?? '')).toEqual({
    version: 2,
    outcome: 'discarded',
    source: 'p.sales.order-placed',
    id: 'm-3',
    by,
    at: expect.any(String),
    reason,
  })
})

test('a message that is discarded while a replay of it is on its way is not sent by the next step', async () => {
  const billing = await failingBilling()
  for (let index = 0; index < 150; index += 1) await billing.receive(`m-${index}`)
  const { broker } = billing
  let steps = 0
  const discardsMeanwhile = {
    ...broker,
    publish: async (...args: Parameters<typeof broker.publish>) => {
      await broker.publish(...args)
      steps += 1
      if (steps === 1) await discard({ endpoint: 'billing', ids: ['m-149'], reason, by }, billing)
    },
  }
  expect(await replay({ endpoint: 'billing', by }, { broker: discardsMeanwhile, prefix: 'p.' })).toMatchObject({ replayed: 149 })
})
