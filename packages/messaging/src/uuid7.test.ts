import { expect, test } from 'vitest'
import { uuid7 } from './uuid7.ts'

test('ids are UUIDs of version 7, and no two are the same', () => {
  const ids = Array.from({ length: 20_000 }, () => uuid7())
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(ids).size).toBe(ids.length)
})

test('an id begins with the millisecond in which it was made, so that ids sort by time', () => {
  expect(uuid7(0x0123456789ab).slice(0, 13)).toBe('01234567-89ab')
  expect(uuid7(1_000) < uuid7(2_000)).toBe(true)
})
