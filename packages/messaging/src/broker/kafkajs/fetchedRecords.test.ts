import { createRequire } from 'node:module'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FetchedMessage, type FetchedMessages, withoutAborted } from './fetchedRecords.ts'
import { patchKafkajs } from './patches.ts'
import { encodeRecord } from './recordEncoding.ts'

patchKafkajs()
const load = createRequire(import.meta.url)
type Encoder = { readonly buffer: Buffer }
const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0/index.js') as {
  readonly RecordBatch: (batch: object) => Promise<Encoder>
}
const Decoder = load('kafkajs/src/protocol/decoder.js') as new (buffer: Buffer) => {
  readonly buffer: Buffer
  readonly offset: number
}
const decodeMessages = load('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js') as (
  decoder: object,
) => Promise<FetchedMessages>

/** A batch as it is in a topic after compaction: with the offsets that it had, and the records that are left. */
async function batch({ first, last, left }: { first: number; last: number; left: readonly number[] }): Promise<Buffer> {
  const records = left.map((offset) =>
    encodeRecord({ key: null, value: Buffer.from(String(offset)), offsetDelta: offset - first }),
  )
  const encoded = await RecordBatch({
    firstOffset: first,
    lastOffsetDelta: last - first,
    records,
  })
  return encoded.buffer
}

async function fetched(...batches: Promise<Buffer>[]): Promise<FetchedMessages> {
  return decode(Buffer.concat(await Promise.all(batches)))
}

function decode(batches: Buffer): Promise<FetchedMessages> {
  const size = Buffer.alloc(4)
  size.writeInt32BE(batches.length)
  return decodeMessages(new Decoder(Buffer.concat([size, batches, Buffer.from('what follows in the answer')])))
}

const offsets = (messages: FetchedMessages) => messages.map(({ offset }) => Number(offset))

describe('the offset after a fetch', () => {
  test('a fetch ends after the last record of its last batch', async () => {
    const messages = await fetched(batch({ first: 0, last: 2, left: [0, 1, 2] }), batch({ first: 3, last: 4, left: [3, 4] }))
    expect(offsets(messages)).toEqual([0, 1, 2, 3, 4])
    expect(messages.nextOffset).toBe(5n)
  })

  test('a fetch ends after records that compaction removed from the end of a batch, and after a batch without records', async () => {
    const cleaned = await fetched(batch({ first: 0, last: 9, left: [0, 7] }))
    expect(offsets(cleaned)).toEqual([0, 7])
    expect(cleaned.nextOffset).toBe(10n)
    const empty = await fetched(batch({ first: 0, last: 9, left: [] }))
    expect(offsets(empty)).toEqual([])
    expect(empty.nextOffset).toBe(10n)
  })

  test('a fetch ends before a batch that its answer has cut', async () => {
    const whole = await batch({ first: 0, last: 2, left: [0, 1, 2] })
    const cut = (await batch({ first: 3, last: 4, left: [3, 4] })).subarray(0, -1)
    const messages = await decode(Buffer.concat([whole, cut]))
    expect(offsets(messages)).toEqual([0, 1, 2])
    expect(messages.nextOffset).toBe(3n)
  })

  test('where a fetch without an answer ends is unknown', async () => {
    expect((await fetched()).nextOffset).toBeUndefined()
  })
})

/** What producers did, in the order of the offsets. */
interface Step {
  readonly producer: string
  readonly does: 'write' | 'write in transaction' | 'commit' | 'abort'
}
const step: fc.Arbitrary<Step> = fc.record({
  producer: fc.constantFrom('1', '2', '3'),
  does: fc.constantFrom('write', 'write in transaction', 'write in transaction', 'commit', 'abort'),
})

/** The log, the aborted transactions as Kafka lists them, in the order in which they ended, and which records a reader may see. */
function logOf(steps: readonly Step[]) {
  const open = new Map<string, number[]>()
  const aborted: { producerId: string; firstOffset: string; last: number }[] = []
  const hidden = new Set<number>()
  const messages = steps.map(({ producer, does }, offset) => {
    const own = open.get(producer) ?? []
    if (does === 'write in transaction') open.set(producer, [...own, offset])
    if (does === 'commit' || does === 'abort') open.delete(producer)
    if (does === 'abort' && own.length > 0) {
      own.forEach((one) => hidden.add(one))
      aborted.push({ producerId: producer, firstOffset: String(own[0]), last: offset })
    }
    return message(offset, { producer, does })
  })
  // Kafka shows nothing from the first open transaction on.
  const end = Math.min(messages.length, ...[...open.values()].map(([first = Infinity]) => first))
  return { messages: messages.slice(0, end), aborted, hidden }
}

function message(offset: number, { producer, does }: Step): FetchedMessage {
  const control = does === 'commit' || does === 'abort'
  // A record may have any key, also that of an abort marker.
  const key = Buffer.from([0, 0, 0, does === 'commit' ? 1 : 0])
  const batchContext = { producerId: producer, inTransaction: does !== 'write' } as FetchedMessage['batchContext']
  return {
    offset: String(offset),
    key,
    value: null,
    headers: {},
    timestamp: '0',
    attributes: 0,
    isControlRecord: control,
    batchContext,
  }
}

test('records of aborted transactions are left out, whoever wrote between them and wherever the fetch began', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), (steps, start) => {
      const { messages, aborted, hidden } = logOf(steps)
      const visible = messages.slice(start)
      // Kafka lists the transactions that overlap what was fetched.
      const abortedTransactions = aborted.filter(
        ({ last, firstOffset }) => last >= start && Number(firstOffset) < messages.length,
      )
      const shown = withoutAborted({ messages: Object.assign(visible, { nextOffset: 7n }), abortedTransactions })
      expect(offsets(shown)).toEqual(visible.map(({ offset }) => Number(offset)).filter((offset) => !hidden.has(offset)))
      expect(shown.nextOffset).toBe(7n)
    }),
  )
})
