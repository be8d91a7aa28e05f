import { expect, test, vi } from 'vitest'
import { quiet } from '../testing/fakeShop.ts'
import { writeBehind } from './writeBehind.ts'

test('what comes while a write is under way goes with the next one, together', async () => {
  const written: number[][] = []
  const { promise: firstIsOver, resolve: endFirst } = Promise.withResolvers<void>()
  const behind = writeBehind<number>(
    async (items) => {
      written.push([...items])
      if (written.length === 1) await firstIsOver
    },
    10,
    quiet,
  )
  for (const item of [1, 2, 3]) behind.write(item)
  endFirst()
  await behind.close()
  expect(written).toEqual([[1], [2, 3]])
})

test('what could not be written is written later, in its order, and the oldest go when it is too much', async () => {
  vi.useFakeTimers()
  let isAway = true
  const written: number[] = []
  const behind = writeBehind<number>(
    async (items) => {
      if (isAway) throw new Error('away')
      written.push(...items)
    },
    3,
    quiet,
  )
  for (const item of [1, 2, 3, 4]) behind.write(item)
  await vi.advanceTimersByTimeAsync(900)
  isAway = false
  expect(written).toEqual([])
  await vi.advanceTimersByTimeAsync(100)
  expect(written).toEqual([2, 3, 4])
  vi.useRealTimers()
})

test('what waits when the process stops is written before it goes', async () => {
  const written: number[] = []
  const behind = writeBehind<number>(async (items) => void written.push(...items), 10, quiet)
  behind.write(1)
  behind.write(2)
  await behind.close()
  expect(written).toEqual([1, 2])
})
