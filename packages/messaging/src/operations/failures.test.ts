import { expect, test } from 'vitest'
import { groupFailures, normalised } from './failureGroups.ts'
import { endpointsWithDeadLetters, listFailures } from './failures.ts'
import { failingBilling } from './testing/failingEndpoint.ts'

test('a failure has what failed, why, where and since when', async () => {
  const billing = await failingBilling()
  await billing.receive('m-1', { key: 'order-1', headers: { ce_conversationid: 'c-1' } })
  const [failure, ...others] = await listFailures({ admin: billing.broker.admin, prefix: 'p.' })
  expect(others).toEqual([])
  expect(failure).toMatchObject({
    id: 'm-1',
    endpoint: 'billing',
    type: 'sales.OrderPlaced',
    key: 'order-1',
    conversationId: 'c-1',
    errorType: 'Unrecoverable',
    errorMessage: 'The till is closed',
    handler: 'billOrder',
    attempts: 1,
    original: { topic: 'p.sales.order-placed', offset: '0' },
    deadLetter: { topic: 'p.billing.dlt', partition: 0, offset: '0' },
  })
  expect(failure?.firstFailedAt).toBe(failure?.lastFailedAt)
})

test('a message that failed twice is one failure, with the newest error', async () => {
  const billing = await failingBilling()
  await billing.receive('m-1')
  billing.error = 'Still closed'
  await billing.receive('m-1')
  const failures = await listFailures({ admin: billing.broker.admin, prefix: 'p.' })
  expect(failures.map(({ id, errorMessage }) => [id, errorMessage])).toEqual([['m-1', 'Still closed']])
})

test('a record without a message id is known by where it was first appended', async () => {
  const billing = await failingBilling()
  await billing.broker.publish([{ topic: 'p.billing.dlt', key: null, value: null, headers: {} }])
  const [failure] = await listFailures({ admin: billing.broker.admin, prefix: 'p.' })
  expect(failure).toMatchObject({ id: 'p.billing.dlt/0/0', type: undefined, key: undefined, errorType: 'Error', attempts: 0 })
})

const sent = (daysAgo: number) => ({ headers: { ce_time: new Date(Date.now() - daysAgo * 86_400_000).toISOString() } })

test('a message that was sent longer ago than the inbox remembers is marked, since a copy of it may have been handled', async () => {
  const billing = await failingBilling()
  await billing.receive('m-old', sent(8))
  await billing.receive('m-young', sent(6))
  const failures = await listFailures({ admin: billing.broker.admin, prefix: 'p.' })
  expect(failures.map(({ id, outlivedInbox }) => [id, outlivedInbox])).toEqual([
    ['m-old', true],
    ['m-young', false],
  ])
})

test('a dead letter whose headers mean nothing is listed like any other', async () => {
  const billing = await failingBilling()
  const headers = {
    ce_time: 'yesterday',
    'petrel-failed-at': 'a while ago',
    'petrel-original-offset': 'x',
    'petrel-body-bytes': '?',
  }
  await billing.broker.publish([{ topic: 'p.billing.dlt', key: 'k', value: null, headers }])
  const [failure] = await listFailures({ admin: billing.broker.admin, prefix: 'p.' })
  expect(failure).toMatchObject({ id: 'p.billing.dlt/0/0', leftOutBody: undefined, outlivedInbox: false })
  expect(Date.parse(failure?.lastFailedAt ?? '')).toBeGreaterThan(0)
})

test('failures with the same fault are one group, the largest first', async () => {
  const billing = await failingBilling()
  billing.error = 'Order 019a2b3c-0000-7000-8000-000000000001 costs 12.50, more than 10\nand so on'
  await billing.receive('m-1')
  billing.error = 'No such card'
  for (const id of ['m-2', 'm-3']) await billing.receive(id)
  billing.error = 'Order 019a2b3c-0000-7000-8000-00000000002f costs 99, more than 10'
  for (const id of ['m-4', 'm-5']) await billing.receive(id)

  const groups = groupFailures(await listFailures({ admin: billing.broker.admin, prefix: 'p.' }))
  expect(groups.map(({ count, errorMessage }) => [count, errorMessage])).toEqual([
    [3, 'Order <id> costs <n>, more than <n>'],
    [2, 'No such card'],
  ])
  expect(groups[0]?.firstFailedAt).toBe(groups[0]?.failures[0]?.firstFailedAt)
  expect(groups[0]?.lastFailedAt).toBe(groups[0]?.failures.at(-1)?.lastFailedAt)
})

test.each([
  ['at 2026-01-02T03:04:05.678Z', 'at <time>'],
  ['connect ECONNREFUSED 10.0.0.7:5432', 'connect ECONNREFUSED <n>:<n>'],
  ['', ''],
  ['nothing to replace', 'nothing to replace'],
])('"%s" reads "%s" in a group', (message, expected) => {
  expect(normalised(message)).toBe(expected)
})

test('only endpoints under the prefix are looked at', async () => {
  const { broker } = await failingBilling()
  const topics = ['q.stock.dlt', 'sales.dlt', 'p.q.sales.dlt', 'p.client-ui.dlt']
  await broker.admin.createTopics(topics.map((topic) => ({ topic, partitions: 1, config: {} })))
  expect(await endpointsWithDeadLetters({ admin: broker.admin, prefix: 'p.' })).toEqual(['billing', 'client-ui'])
  expect(await endpointsWithDeadLetters({ admin: broker.admin, prefix: '' })).toEqual(['sales'])
})
