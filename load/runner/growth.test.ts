import { expect, test } from 'vitest'
import { growthOf } from './growth.ts'

const MiB = 2 ** 20
const memory = (...MiBs: readonly (number | undefined)[]) =>
  MiBs.map((each) => ({ memoryBytes: each === undefined ? undefined : each * MiB, inboxRows: undefined }))
const inbox = (...rows: readonly (number | undefined)[]) => rows.map((inboxRows) => ({ memoryBytes: undefined, inboxRows }))

test('memory has grown when the least of the last quarter is more than the least of the second', () => {
  const ticks = memory(600, 800, 1_000, 1_200, 1_100, 1_300, 1_250, 1_500)
  expect(growthOf(ticks, 8, 1).memory).toBe(1.25)
})

test('memory that goes up and down between collections has not grown; nor has what is taken while a process warms up', () => {
  const ticks = memory(600, 700, 1_400, 1_000, 1_500, 1_100, 1_450, 1_000)
  expect(growthOf(ticks, 8, 1).memory).toBe(1)
})

test('what is held after the last customer is no part of it: then less is done', () => {
  expect(growthOf(memory(900, 1_000, 1_000, 1_500, 100, 100), 4, 1).memory).toBe(1.5)
})

test('the inbox grows with every order, and is looked at for each of them', () => {
  expect(growthOf(inbox(undefined, 7_000, 7_800, undefined, 8_600), 3, 100).inboxRowsAnOrder).toBe(16)
})

test('of what nobody has seen nothing is said', () => {
  expect(growthOf(memory(undefined, 5), 2, 10)).toEqual({ memory: undefined, inboxRowsAnOrder: undefined })
  expect(growthOf(inbox(5), 4, 10)).toEqual({ memory: undefined, inboxRowsAnOrder: undefined })
  expect(growthOf([], 4, 0)).toEqual({ memory: undefined, inboxRowsAnOrder: undefined })
})
