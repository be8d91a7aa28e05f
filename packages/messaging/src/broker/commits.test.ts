import { expect, test } from 'vitest'
import { commits } from './commits.ts'
import type { Position } from './port.ts'

const partition = { topic: 'sales.order-placed', partition: 0 }
const at = (offset: bigint): Position => ({ ...partition, offset })

/** A broker whose answers come when the test says so. */
function slowBroker() {
  const requests: { positions: readonly Position[]; answer: PromiseWithResolvers<void> }[] = []
  const errors: unknown[] = []
  const book = commits(
    (positions) => {
      const answer = Promise.withResolvers<void>()
      requests.push({ positions, answer })
      return answer.promise
    },
    (error) => errors.push(error),
  )
  book.assigned([partition])
  book.delivered(partition, 0n)
  return { book, requests, errors }
}

test('what comes while a commit is on its way goes, merged, in one more', async () => {
  const { book, requests } = slowBroker()
  const first = book.commit([at(1n)])
  await Promise.resolve()
  const later = [book.commit([at(2n)]), book.commit([at(5n)]), book.commit([at(4n)])]
  expect(requests.map(({ positions }) => positions)).toEqual([[at(1n)]])
  requests[0]?.answer.resolve()
  await first
  await Promise.resolve()
  requests[1]?.answer.resolve()
  await Promise.all(later)
  expect(requests.map(({ positions }) => positions)).toEqual([[at(1n)], [at(5n)]])
})

test('what failed is told, and goes with the next unless that is further', async () => {
  const { book, requests, errors } = slowBroker()
  const failing = book.commit([at(3n)])
  await Promise.resolve()
  requests[0]?.answer.reject(new Error('away'))
  await failing
  const again = book.commit([])
  await Promise.resolve()
  requests[1]?.answer.resolve()
  await again
  expect(errors).toEqual([new Error('away')])
  expect(requests[1]?.positions).toEqual([at(3n)])
})

test('a new assignment forgets what was still to be committed', async () => {
  const { book, requests } = slowBroker()
  const failing = book.commit([at(3n)])
  await Promise.resolve()
  book.assigned([partition])
  requests[0]?.answer.reject(new Error('rebalancing'))
  await failing
  await book.commit([at(4n)])
  expect(requests).toHaveLength(1)
})
