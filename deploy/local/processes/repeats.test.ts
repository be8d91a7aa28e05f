import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { collapseRepeats, type Repeats } from './repeats.ts'

let lines: string[]
let repeats: Repeats

beforeEach(() => {
  vi.useFakeTimers()
  lines = []
  repeats = collapseRepeats((line) => lines.push(line))
})

afterEach(() => void vi.useRealTimers())

test('of many lines of one kind the first is printed at once, the others are counted', async () => {
  for (let i = 1; i <= 42; i += 1) repeats.show('away', `the broker is away (${i})`)
  expect(lines).toEqual(['the broker is away (1)'])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(lines.slice(1)).toEqual(['the broker is away (42) … and 40 more like it'])
})

test('lines of different kinds do not wait for each other', () => {
  repeats.show('a', 'one')
  repeats.show('b', 'two')
  expect(lines).toEqual(['one', 'two'])
})

test('what goes on for an hour is counted less and less often, once a minute in the end', async () => {
  for (let second = 0; second < 3600; second += 1) {
    repeats.show('away', 'away')
    await vi.advanceTimersByTimeAsync(1000)
  }
  expect(lines.length).toBeLessThan(65)
})

test('a kind that was quiet for a while is printed at once when it comes again', async () => {
  repeats.show('away', 'away')
  await vi.advanceTimersByTimeAsync(10_000)
  repeats.show('away', 'away again')
  expect(lines).toEqual(['away', 'away again'])
})

test('nothing that was counted is lost at the end', () => {
  for (const line of ['one', 'two', 'three']) repeats.show('kind', line)
  repeats.flush()
  expect(lines).toEqual(['one', 'three … and 1 more like it'])
  expect(vi.getTimerCount()).toBe(0)
})
