import { expect, test } from 'vitest'
import { foreignPatterns, isForeignTopic, ownEndpoint, usualForeignTopics } from './topics.ts'

const isUsual = (topic: string) => isForeignTopic(topic, foreignPatterns(usualForeignTopics))

test.each([
  'orders-dlt',
  'orders.DLT',
  'place-order-dlq',
  'dlq-orders',
  'orders_dlq',
  'place-order-poison',
  'sales.orders.poison',
])('%s is a dead letter topic by its name', (topic) => expect(isUsual(topic)).toBe(true))

test.each(['sales.order-placed', 'dltx', 'poison-control.calls', 'orders-dlt.retry', 'billing.retry.2s'])('%s is none', (topic) =>
  expect(isUsual(topic)).toBe(false),
)

test('a pattern has * for anything, and every other character for itself', () => {
  const patterns = foreignPatterns(' failed.*.v1 , exact ,, ')
  expect(isForeignTopic('failed.orders.v1', patterns)).toBe(true)
  expect(isForeignTopic('failedXorders.v1', patterns)).toBe(false)
  expect(isForeignTopic('exact', patterns)).toBe(true)
  expect(isForeignTopic('inexact', patterns)).toBe(false)
  expect(foreignPatterns('')).toEqual([])
})

test("an endpoint's own topic is known by its name", () => {
  expect(ownEndpoint('sales.dlt', '')).toBe('sales')
  expect(ownEndpoint('t1.sales.dlt', 't1.')).toBe('sales')
  expect(ownEndpoint('sales.dlt', 't1.')).toBeUndefined()
  expect(ownEndpoint('sales.orders.dlt', '')).toBeUndefined()
  expect(ownEndpoint('Sales.DLT', '')).toBeUndefined()
})
