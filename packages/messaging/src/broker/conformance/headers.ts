import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ForeignRecord } from '../foreignProducer.ts'
import type { OutgoingRecord } from '../port.ts'
import { arbitraryHeaders, headerEntries } from './arbitraryHeaders.ts'
import { eventually, type Fixture } from './fixture.ts'

const arbitraryRecords = (topic: string) =>
  fc.array(
    arbitraryHeaders.map((headers): ForeignRecord => ({ topic, key: null, value: null, headers })),
    { minLength: 5, maxLength: 10 },
  )

export function headers(at: Fixture): void {
  const { topicOf, listen, readAll } = at
  const written: [string, (records: readonly ForeignRecord[]) => Promise<void>][] = [
    ['this adapter', (records) => at.broker.publish(records as readonly OutgoingRecord[])],
    ['another client', (records) => at.foreign.publish(records)],
  ]

  describe('headers', () => {
    test.each(written)('headers that %s wrote are read as they are, without null values', async (_, write) => {
      const topic = await topicOf(1)
      const { received } = await listen(topic)
      const expected: unknown[] = []
      await fc.assert(
        fc.asyncProperty(arbitraryRecords(topic), async (records) => {
          const offset = BigInt(expected.length)
          expected.push(...records.map((record) => headerEntries(record.headers)))
          await write(records)
          const read = await readAll(topic, [{ partition: 0, offset }])
          expect(read.map((record) => headerEntries(record.headers))).toEqual(expected.slice(Number(offset)))
        }),
        { numRuns: 10 },
      )
      await eventually(() => expect(received).toHaveLength(expected.length))
      expect(received.map((record) => headerEntries(record.headers))).toEqual(expected)
    })

    test('a header that a record does not have is undefined, also when it is named like a method of Object', async () => {
      const topic = await topicOf(1)
      await at.broker.publish([{ topic, key: null, value: null, headers: {} }])
      const [record] = await readAll(topic)
      for (const name of ['constructor', 'toString', '__proto__']) expect(record?.headers[name]).toBeUndefined()
    })
  })
}
