import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Outages, watchOutages } from './outages.ts'

let lines: string[]
let outages: Outages

beforeEach(() => {
  vi.useFakeTimers()
  lines = []
  outages = watchOutages((line) => lines.push(line))
})

afterEach(() => void vi.useRealTimers())

test('warnings about what is away are counted, and how many there were is printed when it has been back for a while', async () => {
  outages.begin('Kafka')
  outages.begin('PostgreSQL')
  for (let i = 0; i < 341; i += 1) outages.countWarning()
  outages.end('Kafka')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(outages.areOn()).toBe(true)

  outages.end('PostgreSQL')
  expect(outages.areOn()).toBe(true)
  outages.countWarning()
  await vi.advanceTimersByTimeAsync(12_000)
  expect(outages.areOn()).toBe(false)
  expect(lines).toEqual(['342 warnings about the absence of Kafka and PostgreSQL are in .local/logs.'])
})

test('what goes away again at once is one outage', async () => {
  outages.begin('Kafka')
  outages.countWarning()
  outages.end('Kafka')
  await vi.advanceTimersByTimeAsync(5000)
  outages.begin('Kafka')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(lines).toEqual([])
  outages.end('Kafka')
  await vi.advanceTimersByTimeAsync(12_000)
  expect(lines).toHaveLength(1)
})

test('an absence that nobody noticed is not worth a line', async () => {
  outages.begin('Kafka')
  outages.end('Kafka')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(lines).toEqual([])
})
