import { constantFrom, integer, assert as hold, property } from 'fast-check'
import { expect, test } from 'vitest'
import { nothing, rateOf, seriesOf } from './figures.ts'
import { secondsOf, spanOf, windows } from './windows.ts'

const moments = integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 })

test('a window has sixty points without gaps, and the last one is not over', () => {
  hold(
    property(constantFrom(...windows), moments, (window, now) => {
      const { grain, points, from, until } = spanOf(window, now)
      expect(points).toHaveLength(60)
      expect(points.slice(1).map((point, index) => point - (points[index] ?? 0))).toEqual(Array(59).fill(grain))
      expect(from).toBe(points[0])
      const last = points.at(-1) ?? 0
      expect(last).toBeLessThanOrEqual(until)
      expect(last + grain).toBeGreaterThan(until)
    }),
  )
})

test('a steady rate is shown as it is, in every window and at every point', () => {
  hold(
    property(constantFrom(...windows), moments, (window, now) => {
      const span = spanOf(window, now)
      const perSecond = 50
      const seconds = span.points.map((at) => Math.min(span.grain, span.until - at))
      const counts = new Map(span.points.map((at, index) => [at, { ...nothing, handled: perSecond * (seconds[index] ?? 0) }]))
      const all = [...counts.values()].reduce((sum, { handled }) => sum + handled, 0)
      expect(rateOf({ ...nothing, handled: all }, span).perSecond).toBeCloseTo(perSecond, 0)
      for (const value of seriesOf(counts, span).throughput.slice(0, -1)) expect(value).toBeCloseTo(perSecond, 5)
    }),
  )
})

test('a message at the beginning of a point is no rush', () => {
  const span = spanOf(60, Date.parse('2026-03-01T10:00:03.010Z'))
  expect(secondsOf(span.points.at(-1) ?? 0, span)).toBe(3)
  const second = spanOf(1, Date.parse('2026-03-01T10:00:03.010Z'))
  expect(secondsOf(second.points.at(-1) ?? 0, second)).toBe(1)
})

test('where nothing was handled there is no time that it took', () => {
  const span = spanOf(5, 1_700_000_000_000)
  const at = span.points[10] ?? 0
  const series = seriesOf(new Map([[at, { handled: 4, failed: 1, processing: 8_000, critical: 40_000 }]]), span)
  expect(series.processing.filter((value) => value !== null)).toEqual([2])
  expect(series.critical[10]).toBe(10)
  expect(series.throughput[10]).toBe(0.8)
  expect(series.failed[10]).toBe(1)
})
