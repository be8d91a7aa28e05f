import { expect, test } from 'vitest'
import { plan } from './plan.ts'
import { billing, changed, shipping, till } from './testing/shop.ts'

const topicTable = (...args: Parameters<typeof plan>) =>
  plan(...args).topics.map(({ topic, partitions, config }) => `${topic} ${partitions} ${Object.values(config).join(' ')}`)

test('an endpoint owns the topics of what it publishes and of the commands it handles, and those of its failures', () => {
  expect(topicTable(billing, '')).toEqual([
    'billing.order-billed 3 delete 2592000000',
    'billing.refund-order 3 delete 2592000000',
    'billing.retry.2s 3 delete 2592000000 2097152',
    'billing.postponed 3 delete 604800000 2097152',
    'billing.replay 3 delete -1 2097152',
    'billing.dlt 1 delete -1 2097152',
    'billing.replayed 1 compact',
    'billing.audit 3 delete 604800000',
  ])
})

test("a command to another endpoint and another endpoint's event are topics of theirs", () => {
  const { topics, owns, subscribes, produces } = plan(shipping, '')
  expect(topics.map(({ topic }) => topic)).toEqual([
    'shipping.shipment-overdue',
    'shipping.retry.2s',
    'shipping.retry.4s',
    'shipping.retry.8s',
    'shipping.postponed',
    'shipping.replay',
    'shipping.dlt',
    'shipping.replayed',
    'shipping.audit',
  ])
  expect(owns.map(({ subject }) => subject)).toEqual(['shipping.shipment-overdue-value'])
  expect(subscribes.map(({ topic }) => topic)).toEqual([
    'sales.order-placed',
    'billing.order-billed',
    'shipping.shipment-overdue',
  ])
  expect(produces.map(({ topic }) => topic)).toEqual(['billing.refund-order', 'shipping.shipment-overdue'])
})

test('an endpoint has one group for what it subscribes to and one for what comes back to it, which always begins with the earliest', () => {
  expect(plan(changed(billing, { from: 'latest' }), '').groups).toEqual([
    { group: 'billing', topics: ['sales.order-placed', 'billing.refund-order'], from: 'latest' },
    { group: 'billing.retry', topics: ['billing.retry.2s', 'billing.postponed', 'billing.replay'], from: 'earliest' },
  ])
})

test('an endpoint that subscribes to nothing has nothing to fail at, and an audit all the same', () => {
  expect(plan(till, '').groups).toEqual([])
  expect(topicTable(till, '')).toEqual(['till.audit 6 delete 604800000'])
})

test('every name begins with the prefix', () => {
  const { topics, groups, owns, subscribes, audit } = plan(billing, 'test7.')
  const names = [
    ...Object.values(audit),
    ...topics.map(({ topic }) => topic),
    ...groups.flatMap(({ group, topics: subscribed }) => [group, ...subscribed]),
    ...[...owns, ...subscribes].flatMap(({ topic, subject }) => [topic, subject]),
  ]
  expect(names.filter((name) => !name.startsWith('test7.'))).toEqual([])
})
