import { expect, test } from 'vitest'
import { waitingFetches } from './waitingFetches.ts'

const never = () => new Promise<never>(() => {})
const turn = () => new Promise((resolve) => setImmediate(resolve))
const rebalancing = new Error('the group is rebalancing')

test('fetches of all brokers end with the error, and so does one that begins in the same moment', async () => {
  const fetches = waitingFetches()
  const both = [fetches.wait(never()), fetches.wait(never())]
  fetches.fail(rebalancing)
  for (const fetch of both) await expect(fetch).rejects.toBe(rebalancing)
  expect(() => fetches.check()).toThrow(rebalancing)
  await turn()
  expect(() => fetches.check()).not.toThrow()
})

test('an error that comes between two fetches ends the next one', async () => {
  const fetches = waitingFetches()
  fetches.fail(rebalancing)
  await turn()
  expect(() => fetches.check()).toThrow(rebalancing)
  await turn()
  expect(() => fetches.check()).not.toThrow()
})

test('released fetches bring nothing', async () => {
  const fetches = waitingFetches()
  const fetch = fetches.wait(never())
  fetches.release()
  expect(await fetch).toEqual([])
})
