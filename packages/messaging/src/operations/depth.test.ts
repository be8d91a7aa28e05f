import { expect, test } from 'vitest'
import { depthIn } from './depth.ts'

test('a message is as deep as there are messages before it that are known; in a circle nobody was first', () => {
  const depth = depthIn(
    new Map([
      ['bill', 'place'],
      ['place', 'unknown'],
      ['ship', 'bill'],
      ['hen', 'egg'],
      ['egg', 'hen'],
    ]),
  )
  expect(['ship', 'place', 'bill', 'unknown'].map(depth)).toEqual([3, 1, 2, 0])
  expect(['hen', 'egg'].map(depth)).toEqual([Infinity, Infinity])
})

test('a chain of a hundred thousand messages is no deeper than memory, and each is looked at once', () => {
  const causes = new Map(Array.from({ length: 100_000 }, (_, at) => [`m-${at}`, `m-${at - 1}`]))
  let looks = 0
  const counted = new Map(causes)
  counted.get = (id) => {
    looks += 1
    return causes.get(id)
  }
  const depth = depthIn(counted)
  for (const id of [...causes.keys()].toReversed()) depth(id)
  expect(depth('m-99999')).toBe(100_000)
  expect(looks).toBe(100_000)
})
