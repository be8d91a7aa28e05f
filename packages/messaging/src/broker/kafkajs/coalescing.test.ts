import { expect, test } from 'vitest'
import { BrokerUnavailable, RecordRefused, type OutgoingRecord } from '../port.ts'
import { coalescing } from './coalescing.ts'

const record = (key: string): OutgoingRecord => ({ topic: 't', key, value: null, headers: {} })

/** A broker whose answers the test gives. */
function slowBroker() {
  const requests: { keys: unknown[]; answer: PromiseWithResolvers<void> }[] = []
  const publish = coalescing((records) => {
    const answer = Promise.withResolvers<void>()
    requests.push({ keys: records.map(({ key }) => key), answer })
    return answer.promise
  })
  const answered = async (index: number, error?: Error) => {
    if (error === undefined) requests[index]?.answer.resolve()
    else requests[index]?.answer.reject(error)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { requests, publish, answered }
}

test('a publish alone goes at once; those that come while two are under way go together, in their order', async () => {
  const { requests, publish, answered } = slowBroker()
  const all = ['a', 'b', 'c', 'd', 'e'].map((key) => publish([record(key)]))
  expect(requests.map(({ keys }) => keys)).toEqual([['a'], ['b']])

  await answered(0)

  expect(requests.map(({ keys }) => keys)).toEqual([['a'], ['b'], ['c', 'd', 'e']])
  await answered(1)
  await answered(2)
  await Promise.all(all)
})

test('when the broker is away, what waited is refused with it and never sent', async () => {
  const { requests, publish, answered } = slowBroker()
  const all = ['a', 'b', 'c'].map((key) => publish([record(key)]))
  const outcomes = Promise.allSettled(all)

  await answered(0, new BrokerUnavailable('away'))
  await answered(1, new BrokerUnavailable('away'))

  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(requests).toHaveLength(2)
})

test('a record that is refused fails its own publish only', async () => {
  const sent: unknown[] = []
  const first = Promise.withResolvers<void>()
  const publish = coalescing(async (records) => {
    if (records[0]?.key === 'first') return first.promise
    const large = records.find(({ key }) => key === 'large')
    if (large !== undefined) throw new RecordRefused(large, 2_000_000, 'too large')
    sent.push(...records.map(({ key }) => key))
  })
  const busy = [publish([record('first')]), publish([record('first')])]
  const outcomes = Promise.allSettled([publish([record('a')]), publish([record('large')]), publish([record('b')])])

  first.resolve()

  expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(sent).toEqual(['a', 'b'])
  await Promise.all(busy)
})
