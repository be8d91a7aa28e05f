import { describe, expect, test } from 'vitest'
import { passTime, untilIdle, useVirtualTime } from '../engine/testing/virtualTime.ts'
import { commits, type Commits } from './commits.ts'
import type { Position } from './port.ts'

const partition = { topic: 'sales.order-placed', partition: 0 }
const at = (offset: bigint): Position => ({ ...partition, offset })

/** Records from `first` to before `end`; behind them the partition goes on at `next`. */
const deliver = (book: Commits, first: bigint, end: bigint, next = end) => book.delivered(partition, { first, end, next })

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
  deliver(book, 0n, 10n)
  return { book, requests, errors }
}

/** A broker that answers at once, and what was committed there. */
function fastBroker() {
  const committed: bigint[] = []
  const book = commits(
    async (positions) => void committed.push(...positions.map(({ offset }) => offset)),
    () => {},
  )
  book.assigned([partition])
  return { book, committed }
}

/** A member whose commits wait for others. @param lingerMs for how long */
function patientMember(lingerMs: () => number) {
  const requests: bigint[][] = []
  const book = commits(
    async (positions) => void requests.push(positions.map(({ offset }) => offset)),
    () => {},
    lingerMs,
  )
  book.assigned([partition])
  deliver(book, 0n, 10n)
  return { book, requests }
}

describe('commits', () => {
  test('commits that come while one is in flight are merged into the next one', async () => {
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

  test('a failed commit is reported, and is sent again with the next one', async () => {
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

  test('commits that were not sent yet are dropped by a new assignment', async () => {
    const { book, requests } = slowBroker()
    const failing = book.commit([at(3n)])
    await Promise.resolve()
    book.assigned([partition])
    requests[0]?.answer.reject(new Error('rebalancing'))
    await failing
    await book.commit([at(4n)])
    expect(requests).toHaveLength(1)
  })

  test('a commit beyond what was delivered in the present assignment is left out', async () => {
    const { book, committed } = fastBroker()
    deliver(book, 0n, 100n)
    book.assigned([partition])
    deliver(book, 0n, 10n)
    await book.commit([at(100n)])
    await book.commit([at(10n)])
    expect(committed).toEqual([10n])
  })
})

describe('commits that wait for others', () => {
  useVirtualTime()

  test('go with one request, when their time is over', async () => {
    const { book, requests } = patientMember(() => 500)
    void book.commit([at(1n)])
    await passTime(400)
    void book.commit([at(2n)])
    expect(requests).toEqual([])
    await passTime(100)
    expect(requests).toEqual([[2n]])
  })

  test('go at once when they are flushed, and later ones wait again', async () => {
    const { book, requests } = patientMember(() => 500)
    void book.commit([at(1n)])
    await book.flush()
    expect(requests).toEqual([[1n]])
    void book.commit([at(2n)])
    await passTime(400)
    expect(requests).toEqual([[1n]])
    await passTime(100)
    expect(requests).toEqual([[1n], [2n]])
  })

  test('wait no more once there is nothing to wait for', async () => {
    let ms = 500
    const { book, requests } = patientMember(() => ms)
    ms = 0
    await book.commit([at(1n)])
    expect(requests).toEqual([[1n]])
  })

  test('that have failed are flushed, too', async () => {
    let isAway = true
    const committed: bigint[] = []
    const book = commits(
      async (positions) => {
        if (isAway) throw new Error('away')
        committed.push(...positions.map(({ offset }) => offset))
      },
      () => {},
      () => 500,
    )
    book.assigned([partition])
    deliver(book, 0n, 10n)
    void book.commit([at(3n)])
    await passTime(500)
    isAway = false
    await book.flush()
    await untilIdle()
    expect(committed).toEqual([3n])
  })
})

describe('when a partition goes back, since its topic was made again or its broker lost records', () => {
  test('commits count from where the partition went back to', async () => {
    const { book, committed } = fastBroker()
    deliver(book, 5_000n, 5_100n)
    await book.commit([at(5_100n)])
    deliver(book, 0n, 500n)
    await book.commit([at(250n)])
    await book.commit([at(500n)])
    expect(committed).toEqual([5_100n, 250n, 500n])
  })

  test('what was delivered before is not committed any more, since new records may have the same offsets', async () => {
    const { book, committed } = fastBroker()
    deliver(book, 5_000n, 5_100n)
    deliver(book, 0n, 500n)
    await book.commit([at(5_100n)])
    expect(committed).toEqual([])
  })

  test('a commit that still waits is dropped', async () => {
    const { book, requests } = slowBroker()
    const first = book.commit([at(1n)])
    await Promise.resolve()
    const waiting = book.commit([at(9n)])
    deliver(book, 0n, 5n)
    requests[0]?.answer.resolve()
    await Promise.all([first, waiting])
    expect(requests).toHaveLength(1)
  })
})

describe('offsets that are no records', () => {
  test('offsets that are no records are committed with the record before them', async () => {
    const { book, committed } = fastBroker()
    deliver(book, 0n, 3n, 4n)
    deliver(book, 4n, 6n, 9n)
    await book.commit([at(2n)])
    await book.commit([at(3n)])
    await book.commit([at(6n)])
    expect(committed).toEqual([2n, 4n, 9n])
  })

  test('offsets of several deliveries without records are committed together', async () => {
    const { book, committed } = fastBroker()
    deliver(book, 0n, 3n, 4n)
    deliver(book, 4n, 4n, 8n)
    deliver(book, 8n, 8n, 9n)
    await book.commit([at(3n)])
    expect(committed).toEqual([9n])
  })

  test('offsets that are no records are committed at once when everything before them is committed', async () => {
    const { book, committed } = fastBroker()
    deliver(book, 0n, 3n)
    deliver(book, 3n, 3n, 5n)
    await book.flush()
    expect(committed).toEqual([])
    await book.commit([at(3n)])
    deliver(book, 5n, 5n, 7n)
    await book.flush()
    expect(committed).toEqual([5n, 7n])
  })

  test('offsets that are no records are committed when an assignment begins with them', async () => {
    const { book, committed } = fastBroker()
    deliver(book, 3n, 3n, 7n)
    await book.flush()
    expect(committed).toEqual([7n])
  })
})
