import { expect, test } from 'vitest'
import { timeOfUuid7, uuid7 } from './uuid7.ts'

test('ids are UUIDs of version 7, and no two are the same', () => {
  const ids = Array.from({ length: 20_000 }, () => uuid7())
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(ids).size).toBe(ids.length)
})

test('an id begins with the millisecond in which it was made, so that ids sort by time', () => {
  expect(uuid7(0x0123456789ab).slice(0, 13)).toBe('01234567-89ab')
  expect(uuid7(1_000) < uuid7(2_000)).toBe(true)
})

test('an id says when it was made, and only those of version 7 do', () => {
  expect(timeOfUuid7(uuid7(1_234_567_890_123))).toBe(1_234_567_890_123)
  expect(timeOfUuid7(uuid7(1_234_567_890_123).toUpperCase())).toBe(1_234_567_890_123)
  for (const id of ['42', '', '0123456789ab', '01234567-89ab-4def-8123-456789abcdef', `${uuid7()} and more`])
    expect(timeOfUuid7(id)).toBeUndefined()
})
