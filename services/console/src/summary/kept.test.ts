import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { kept } from './kept.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** An answer that takes 20 ms: the number of times that it was read. */
function counted() {
  const tellAgain = vi.fn()
  let reads = 0
  const read = () => new Promise<number>((resolve) => void setTimeout(() => resolve((reads += 1)), 20))
  const answer = kept(read, tellAgain)
  const ask = async () => {
    const asked = answer.ask()
    await vi.advanceTimersByTimeAsync(20)
    return asked
  }
  return { answer, ask, tellAgain }
}

test('however many ask, it is read once, and again when it was kept ten times as long as it took', async () => {
  const { answer, ask, tellAgain } = counted()
  const all = Promise.all([answer.ask(), answer.ask(), ask()])
  expect(await all).toEqual([1, 1, 1])
  await vi.advanceTimersByTimeAsync(170)
  expect(await answer.ask()).toBe(1)
  await vi.advanceTimersByTimeAsync(30)
  expect(await ask()).toBe(2)
  expect(tellAgain).not.toHaveBeenCalled()
})

test('who got an answer that is old by now is told once, when there is a new one', async () => {
  const { answer, ask, tellAgain } = counted()
  await ask()
  answer.changed()
  answer.changed()
  expect(await answer.ask()).toBe(1)
  await vi.advanceTimersByTimeAsync(199)
  expect(tellAgain).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(tellAgain).toHaveBeenCalledTimes(1)
  expect(await ask()).toBe(2)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(tellAgain).toHaveBeenCalledTimes(1)
})

test('a change while it is read counts as well; one while nothing is kept is told anyway', async () => {
  const { answer, ask, tellAgain } = counted()
  answer.changed()
  const asked = answer.ask()
  answer.changed()
  await vi.advanceTimersByTimeAsync(20)
  expect(await asked).toBe(1)
  await vi.advanceTimersByTimeAsync(200)
  expect(tellAgain).toHaveBeenCalledTimes(1)
  answer.changed()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(tellAgain).toHaveBeenCalledTimes(1)
  expect(await ask()).toBe(2)
})

test('what failed is not kept', async () => {
  let tries = 0
  const answer = kept(async () => {
    tries += 1
    if (tries === 1) throw new Error('away')
    return tries
  }, vi.fn())
  await expect(answer.ask()).rejects.toThrow('away')
  expect(await answer.ask()).toBe(2)
})
