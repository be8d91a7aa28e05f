import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Progress, progress } from './progress.mjs'

let lines: string[]
let terminal: Progress

beforeEach(() => {
  vi.useFakeTimers()
  lines = []
  terminal = progress((line) => lines.push(`${Date.now()} ${line}`))
  vi.setSystemTime(0)
})

afterEach(() => void vi.useRealTimers())

test('work that takes long is named whenever nothing was printed for some seconds', async () => {
  terminal.print('begin')
  const { promise, resolve } = Promise.withResolvers<void>()
  const work = terminal.during('starting Kafka', promise)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(lines).toEqual(['0 begin', '4500 … still starting Kafka (5 s)', '9000 … still starting Kafka (9 s)'].map(indented))
  resolve()
  await work
})

test('silence counts from the last line, also from one before the work began', async () => {
  terminal.print('begin')
  await vi.advanceTimersByTimeAsync(3000)
  const never = new Promise<void>(() => {})
  void terminal.during('starting sales', never)
  void terminal.during('starting billing', never)
  void terminal.during('sending products', never)
  await vi.advanceTimersByTimeAsync(3000)
  terminal.print('half of it is there')
  await vi.advanceTimersByTimeAsync(4500)
  expect(lines.slice(1)).toEqual(
    [
      '4500 … still starting sales, billing, sending products (2 s)',
      '6000 half of it is there',
      '10500 … still starting sales, billing, sending products (8 s)',
    ].map(indented),
  )
})

test('when the work is done, or has failed, nothing more is printed of it', async () => {
  await terminal.during('starting', Promise.resolve())
  await expect(terminal.during('starting', Promise.reject(new Error('no')))).rejects.toThrow('no')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(lines).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

const indented = (line: string) => line.replace(' …', '   …')
