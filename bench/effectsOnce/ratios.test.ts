import { expect, test } from 'vitest'
import type { Result } from './contender.ts'
import { cpuRatio, pairedRatios, rateRatio } from './ratios.ts'

const result = (perSecond: number, service: number): Result => ({
  messages: 1000,
  perSecond,
  service,
  database: 10,
  broker: 5,
  residentMiB: 200,
})

test('a contender is compared with what we did in the same round, not in another one', () => {
  const ours = [result(30_000, 35), result(15_000, 85)]
  const theirs = [result(20_000, 60), result(10_000, 135)]
  expect(pairedRatios(ours, theirs, rateRatio)).toEqual([1.5, 1.5])
  expect(pairedRatios(ours, theirs, cpuRatio)).toEqual([1.5, 1.5])
})

test('a round of which only one result is there yet is left out', () => {
  expect(pairedRatios([result(30_000, 35)], [result(20_000, 60), result(1, 1)], rateRatio)).toEqual([1.5])
})
