import { expect, onTestFinished, test, vi } from 'vitest'
import { quiet, someProducts } from '../testing/fakeShop.ts'
import { memoryReadModel } from '../testing/memoryReadModel.ts'
import { watchOrders } from './watch.ts'

test('whoever does not read is not told again and again that nothing can be read, but once it reads', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const away = { database: true }
  const { readModel, accept, failedReads } = memoryReadModel(someProducts, away)
  const watch = watchOrders(readModel, quiet)
  const told: string[] = []
  let isBusy = true
  watch.orders(['order-1'], {
    show: ({ orders }) => told.push(`${orders.length} orders`),
    unread: () => told.push('unread'),
    busy: () => isBusy,
  })
  await vi.advanceTimersByTimeAsync(5_000)
  expect(failedReads()).toBeGreaterThan(3)
  expect(told).toEqual([])

  isBusy = false
  await vi.advanceTimersByTimeAsync(1_000)
  expect(told).toEqual(['unread'])

  accept('order-1')
  away.database = false
  await vi.advanceTimersByTimeAsync(1_000)
  expect(told).toEqual(['unread', '1 orders'])
  await watch.close()
})
