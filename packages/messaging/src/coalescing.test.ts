import { expect, test } from 'vitest'
import { coalescing, type CoalescingOptions } from './coalescing.ts'

class OneCallsFault extends Error {}
class Unavailable extends Error {}

/** A server that answers each call with its text in capitals, when the test calls `answer`. */
function slowServer(options: CoalescingOptions = {}) {
  const requests: { calls: readonly string[]; answer: PromiseWithResolvers<void> }[] = []
  const call = coalescing(
    async (calls: readonly string[]) => {
      const answer = Promise.withResolvers<void>()
      requests.push({ calls, answer })
      await answer.promise
      return calls.map((text) => text.toUpperCase())
    },
    { isOneCallsFault: (error) => error instanceof OneCallsFault, ...options },
  )
  const answer = async (index: number, error?: Error) => {
    if (error === undefined) requests[index]?.answer.resolve()
    else requests[index]?.answer.reject(error)
    await turn()
    await turn()
  }
  return { call, answer, asked: () => requests.map(({ calls }) => calls) }
}

/** What comes next is in another turn of the event loop. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

const statuses = async (all: Promise<PromiseSettledResult<unknown>[]>) => (await all).map(({ status }) => status)

test('calls of one turn are run together, and so are those that come while two are under way; each gets its own result', async () => {
  const { call, answer, asked } = slowServer()
  const first = ['a', 'b'].map(call)
  await turn()
  const second = call('c')
  await turn()
  expect(asked()).toEqual([['a', 'b'], ['c']])
  const later = [call('d')]
  await turn()
  later.push(call('e'))
  await turn()
  expect(asked()).toHaveLength(2)

  await answer(0)

  expect(asked()).toEqual([['a', 'b'], ['c'], ['d', 'e']])
  await answer(1)
  await answer(2)
  expect(await Promise.all([...first, second, ...later])).toEqual(['A', 'B', 'C', 'D', 'E'])
})

test('no more calls are run together than atMost allows', async () => {
  const { call, answer, asked } = slowServer({ underWay: 1, atMost: 2 })
  const all = ['a', 'b', 'c', 'd'].map(call)
  await turn()
  await answer(0)
  await answer(1)
  expect(asked()).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
  expect(await Promise.all(all)).toEqual(['A', 'B', 'C', 'D'])
})

test('when the server is away, waiting calls are rejected together with those under way, and never run', async () => {
  const { call, answer, asked } = slowServer()
  const calls = []
  for (const text of ['a', 'b', 'c']) {
    calls.push(call(text))
    await turn()
  }
  const outcomes = Promise.allSettled(calls)

  await answer(0, new Unavailable())
  await answer(1, new Unavailable())

  expect(await statuses(outcomes)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(asked()).toEqual([['a'], ['b']])
})

test('an error that may be the fault of one call fails that call only: each call is run again alone', async () => {
  const { call, answer, asked } = slowServer({ underWay: 1 })
  const first = call('first')
  await turn()
  const outcomes = Promise.allSettled(['a', 'at fault', 'b'].map(call))
  await answer(0)

  await answer(1, new OneCallsFault())
  await answer(2)
  await answer(3, new OneCallsFault())
  await answer(4)

  expect(asked()).toEqual([['first'], ['a', 'at fault', 'b'], ['a'], ['at fault'], ['b']])
  expect(await statuses(outcomes)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  await first
})

test('when the server goes away while calls are run alone, those without a result are rejected and not run', async () => {
  const { call, answer, asked } = slowServer({ underWay: 1 })
  const first = call('first')
  await turn()
  const outcomes = Promise.allSettled(['a', 'b', 'c', 'd'].map(call))
  await answer(0)

  await answer(1, new OneCallsFault())
  await answer(2)
  await answer(3, new Unavailable())

  expect(asked()).toEqual([['first'], ['a', 'b', 'c', 'd'], ['a'], ['b']])
  expect(await statuses(outcomes)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected'])
  await first
})
