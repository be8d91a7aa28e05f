import { expect, test } from 'vitest'
import { readDashboard } from '../files.ts'
import { builtIn, defaultValues, substituted } from './variables.ts'

test('variables are replaced in every way in which Grafana writes them, and unknown ones stay', () => {
  const values = { endpoint: 'billing' }
  expect(substituted('a="$endpoint" b=~"${endpoint:regex}" c="${endpoint}" d="$other"', values)).toBe(
    'a="billing" b=~"billing" c="billing" d="$other"',
  )
})

test('who has chosen nothing sees all namespaces, and those without one, too', () => {
  expect(defaultValues(readDashboard('subscriber'))).toMatchObject({ namespace: '.*', endpoint: 'billing' })
})

test('a rate looks back over four scrapes at least, and over all of a wide step', () => {
  expect(builtIn({ from: 0, to: 900, step: 5 }, 15)).toMatchObject({ __rate_interval: '60s' })
  expect(builtIn({ from: 0, to: 54_000, step: 300 }, 15)).toMatchObject({ __rate_interval: '315s' })
})
