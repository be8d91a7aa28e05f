import { expect, test } from 'vitest'
import { dashboardNames, readDashboard } from '../files.ts'
import { panelsOf } from '../queries/panels.ts'
import { countedUnit, formatted, onAxis } from './units.ts'

test.each([
  [0.0371, 's', '37.1 ms'],
  [0, 's', '0 s'],
  [309.6, 's', '5.16 min'],
  [7200, 's', '2 h'],
  [0.0004, 's', '400 µs'],
  [8256, 'short', '8,256'],
  [22_950, 'short', '23 k'],
  [152.4, 'count:orders/s', '152 orders/s'],
  [12_000, 'mps', '12 k msg/s'],
  [0.0015, 'percentunit', '0.15 %'],
  [134_217_728, 'bytes', '128 MiB'],
  [1, 'bool_on_off', 'on'],
  [Number.NaN, 's', '–'],
])('%d in %s is read as %s', (value, unit, words) => {
  expect(formatted(value, unit).replaceAll('\u202f', ' ')).toBe(words)
})

test('what is counted is beside the title, and not at each line of the axis', () => {
  expect([onAxis(150, 'count:orders/s'), countedUnit('count:orders/s')]).toEqual(['150', 'orders/s'])
  expect([onAxis(0.5, 's').replace('\u202f', ' '), countedUnit('s')]).toEqual(['500 ms', undefined])
})

test('every unit that a dashboard has can be drawn', () => {
  const units = dashboardNames.flatMap((name) => JSON.stringify(panelsOf(readDashboard(name))).match(/"unit":"[^"]+"/g) ?? [])
  for (const unit of new Set(units)) expect(formatted(1, unit.slice('"unit":"'.length, -1)), unit).not.toBe('')
})
