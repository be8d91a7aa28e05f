import { expect, test } from 'vitest'
import { headerText } from '../headers.ts'
import { listFailures } from './failures.ts'
import { replay } from './replay.ts'
import { all, type FailingBilling, failingBilling } from './testing/failingEndpoint.ts'

// CloudEvents: only source and id together name one message.

const by = 'a test'
const from = (source: string) => ({ headers: { ce_source: source } })
const open = async ({ broker, prefix }: FailingBilling) =>
  (await listFailures({ admin: broker.admin, prefix }, 'billing')).map(({ source, id }) => `${source} ${id}`)
const replayedFrom = async ({ broker }: FailingBilling) =>
  (await all(broker.admin.read('p.billing.replay'))).map(({ headers }) => headerText(headers, 'ce_source'))

async function oneIdFromTwoSources(): Promise<FailingBilling> {
  const billing = await failingBilling()
  await billing.receive('m-1', from('sales'))
  await billing.receive('m-1', from('shop'))
  return billing
}

test('two messages with one id from two sources are two failures, and each is sent back', async () => {
  const billing = await oneIdFromTwoSources()
  expect(await open(billing)).toEqual(['sales m-1', 'shop m-1'])
  billing.error = undefined
  expect(await replay({ endpoint: 'billing', by }, billing)).toMatchObject({ replayed: 2 })
  expect(await replayedFrom(billing)).toEqual(['sales', 'shop'])
  await billing.handleReplayed()
  expect(billing.handled).toEqual(['m-1', 'm-1'])
  expect(await open(billing)).toEqual([])
})

test('an id alone means all messages that have it, and the report says so', async () => {
  const billing = await oneIdFromTwoSources()
  const report = await replay({ endpoint: 'billing', ids: ['m-1'], by }, billing)
  expect(report).toMatchObject({ replayed: 2, shared: [{ id: 'm-1', sources: ['sales', 'shop'] }] })
})

test('with its source one of them is meant; the other still waits', async () => {
  const billing = await oneIdFromTwoSources()
  const report = await replay({ endpoint: 'billing', ids: ['m-1'], source: 'shop', by }, billing)
  expect(report).toMatchObject({ replayed: 1, shared: [] })
  expect(await replayedFrom(billing)).toEqual(['shop'])
  expect(await open(billing)).toEqual(['sales m-1'])
  // The one that was sent does not hide the one that waits.
  expect(await replay({ endpoint: 'billing', ids: ['m-1'], by }, billing)).toMatchObject({ replayed: 1, already: [] })
})

const dead = (timestamp: string) => ({
  topic: 'p.billing.dlt',
  key: 'order-1',
  value: null,
  headers: {
    'petrel-original-topic': 'p.sales.order-placed',
    'petrel-original-partition': '0',
    'petrel-original-offset': '7',
    'petrel-original-timestamp': timestamp,
  },
})

test('records without an id are known by place and time, also when their topic was created again', async () => {
  const billing = await failingBilling()
  const { admin } = billing.broker
  await billing.broker.publish([dead('1000'), dead('2000')])
  expect(await listFailures({ admin, prefix: 'p.' })).toHaveLength(2)
  const report = await replay({ endpoint: 'billing', ids: ['p.sales.order-placed/0/7'], by }, billing)
  expect(report).toMatchObject({ replayed: 2, shared: [{ id: 'p.sales.order-placed/0/7' }] })
})

const mark = (position: string, value: unknown) => ({
  topic: 'p.billing.replayed',
  key: position,
  value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  headers: {},
})

test('a mark of Petrel 0.1, which knew ids only, counts for the dead letter that it is on, and for no other', async () => {
  const billing = await oneIdFromTwoSources()
  const formerMark = { messageId: 'm-1', by: 'somebody', at: '2026-01-02T03:04:05.000Z' }
  await billing.broker.publish([mark('p.billing.dlt/0/0', formerMark)])
  expect(await open(billing)).toEqual(['shop m-1'])
  await billing.broker.publish([mark('p.billing.dlt/0/1', { ...formerMark, messageId: 'm-9' })])
  expect(await open(billing)).toEqual(['shop m-1'])
})

test('a mark with another source is for another message: positions begin again in a topic that was created again', async () => {
  const billing = await oneIdFromTwoSources()
  const other = { version: 2, outcome: 'replayed', source: 'other', id: 'm-1', by, at: '2026-01-02T03:04:05.000Z' }
  await billing.broker.publish([mark('p.billing.dlt/0/0', other)])
  expect(await open(billing)).toHaveLength(2)
})

test('a record among the marks that is none hides nothing, and stops nobody', async () => {
  const billing = await oneIdFromTwoSources()
  const nonsense = ['', 'null', '5', '"m-1"', '[]', '{', '{"version":2}', '{"messageId":7}']
  await billing.broker.publish(nonsense.map((text) => mark('p.billing.dlt/0/0', text)))
  await billing.broker.publish([{ ...mark('p.billing.dlt/0/0', {}), value: null }])
  expect(await open(billing)).toHaveLength(2)
})

test('a message whose id alone would not fit into a mark is marked, too', async () => {
  const billing = await failingBilling()
  await billing.receive('"'.repeat(600_000), from('"'.repeat(20_000)))
  expect(await replay({ endpoint: 'billing', by }, billing)).toMatchObject({ replayed: 1 })
  expect(await open(billing)).toEqual([])
})
