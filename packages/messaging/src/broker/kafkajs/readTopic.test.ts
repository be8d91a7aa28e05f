import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { collect } from '../conformance/fixture.ts'
import type { FetchedMessage, FetchedMessages } from './fetchedRecords.ts'
import { readSpan } from './readTopic.ts'

/** A batch whose records compaction may have removed, some or all. */
interface Batch {
  readonly last: number
  readonly left: readonly number[]
  /** The next batch is in another segment: one fetch does not bring both. */
  readonly endsSegment: boolean
}

const log = fc
  .array(fc.record({ kept: fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), endsSegment: fc.boolean() }), {
    maxLength: 12,
  })
  .map((batches) => {
    let end = 0
    return batches.map(({ kept, endsSegment }): Batch => {
      const first = end
      end += kept.length
      return { last: end - 1, left: kept.flatMap((isKept, index) => (isKept ? [first + index] : [])), endsSegment }
    })
  })

/** Answers as a broker does: from the batch with the offset on, to the end of the segment. `throttled` answers are empty. */
function brokerWith(log: readonly Batch[], throttled: readonly boolean[]) {
  let answers = 0
  return async (offset: bigint): Promise<FetchedMessages> => {
    if (throttled[answers++] === true) return []
    const start = log.findIndex(({ last }) => last >= offset)
    const ends = log.findIndex(({ endsSegment }, index) => index >= start && endsSegment)
    const batches = start < 0 ? [] : log.slice(start, ends < 0 ? undefined : ends + 1)
    const messages = batches.flatMap(({ left }) => left).map((one) => ({ offset: String(one) }) as FetchedMessage)
    const last = batches.at(-1)?.last
    return Object.assign(messages, { nextOffset: last === undefined ? undefined : BigInt(last) + 1n })
  }
}

test('reading a compacted topic ends, and skips and repeats nothing', async () => {
  await fc.assert(
    fc.asyncProperty(log, fc.nat(60), fc.nat(60), async (batches, start, end) => {
      // At most every other answer: a broker that throttles sends something in between.
      const throttled = batches.map(({ left }, index) => index % 2 === 0 && left.length % 2 === 0)
      const read = await collect(readSpan(brokerWith(batches, throttled), { start: BigInt(start), end: BigInt(end) }))
      const expected = batches.flatMap(({ left }) => left).filter((offset) => offset >= start && offset < end)
      expect(read.map(({ offset }) => Number(offset))).toEqual(expected)
    }),
  )
})
