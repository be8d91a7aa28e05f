import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { rarely } from './rarely.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('whoever scrapes often gets the last answer, and a new one when its time has come', async () => {
  let asked = 0
  const count = rarely(async () => (asked += 1), 10_000)
  expect([await count(), await count()]).toEqual([1, 1])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await count()).toBe(2)
})

test('a database that is away is asked again when its time has come, and has no answer until then', async () => {
  const answers = [() => Promise.reject(new Error('away')), () => Promise.resolve('back')]
  const ask = rarely(() => answers.shift()?.() ?? Promise.reject(new Error('asked too often')), 10_000)
  expect([await ask(), await ask()]).toEqual([undefined, undefined])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await ask()).toBe('back')
})

test('nobody waits for an answer that does not come, and nothing is asked twice at a time', async () => {
  let asked = 0
  const { promise, resolve } = Promise.withResolvers<string>()
  const slow = () => {
    asked += 1
    return promise
  }
  const ask = rarely(slow, 1_000, 2_000)
  const first = ask()
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await first).toBeUndefined()
  const second = ask()
  resolve('late')
  expect(await second).toBe('late')
  expect(asked).toBe(1)
})
