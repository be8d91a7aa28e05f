import { expect, test } from 'vitest'
import { recently } from './recently.ts'

test('what comes again and again is made once, however many come once in between', () => {
  const made: string[] = []
  const find = recently(10, (key) => {
    made.push(key)
    return key.length
  })
  for (let number = 0; number < 100; number += 1)
    expect([find('billing'), find(String(number))]).toEqual([7, String(number).length])
  expect(made.filter((key) => key === 'billing')).toHaveLength(1)
})

test('what has not come for long is made again, so that it does not grow', () => {
  let times = 0
  const find = recently(10, (key) => `${key} ${(times += 1)}`)
  expect(find('sales')).toBe('sales 1')
  for (let number = 0; number < 20; number += 1) find(String(number))
  expect(find('sales')).toBe('sales 22')
})
