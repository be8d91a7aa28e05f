import { createRequire } from 'node:module'
import * as fc from 'fast-check'
import type { Message } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { arbitraryHeaders } from '../conformance/arbitraryHeaders.ts'
import type { RecordHeaders } from '../port.ts'
import { headersAsRead } from '../recordHeaders.ts'
import { fetchAnswerDecoder, type FetchAnswer } from './fetchAnswer.ts'
import type { DecodeMessages } from './fetchedRecords.ts'
import { fetchRequest, type FetchToEncode } from './fetchRequest.ts'
import { produceRequest, type ProduceRequest, type ProduceToEncode } from './produceRequest.ts'
import { encodeRecord } from './recordEncoding.ts'
import type { RequestBytes } from './requestBytes.ts'
import { fetchAnswerBytes } from './testing/fetchAnswerBytes.ts'

/** In this file kafkajs is not patched. */
const load = createRequire(import.meta.url)
const kafkajs = {
  fetch: load('kafkajs/src/protocol/requests/fetch/v11/request.js') as typeof fetchRequest,
  answer: load('kafkajs/src/protocol/requests/fetch/v11/response.js') as { decode: (bytes: Buffer) => Promise<FetchAnswer> },
  decodeMessages: load('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js') as DecodeMessages,
  produce: load('kafkajs/src/protocol/requests/produce/v3/request.js') as (produce: ProduceToEncode) => ProduceRequest,
  RecordBatch: (load('kafkajs/src/protocol/recordBatch/v0/index.js') as { RecordBatch: (batch: object) => Promise<RequestBytes> })
    .RecordBatch,
  Long: load('kafkajs/src/utils/long.js') as { fromValue: (value: number) => { toString(): string } },
}
const Decoder = load('kafkajs/src/protocol/decoder.js') as Parameters<typeof fetchAnswerDecoder>[1]

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const offset = fc.bigInt({ min: 0n, max: 2n ** 62n }).map(String)
const name = fc.string({ unit: 'binary', maxLength: 60 })

async function sameBytes(ours: ProduceRequest | ReturnType<typeof fetchRequest>, theirs: typeof ours): Promise<void> {
  const [own, known] = [await ours.encode(), await theirs.encode()]
  expect(own.buffer.toString('hex')).toBe(known.buffer.toString('hex'))
  expect([ours.apiKey, ours.apiVersion, ours.apiName]).toEqual([theirs.apiKey, theirs.apiVersion, theirs.apiName])
}

describe('a fetch', () => {
  const asked: fc.Arbitrary<FetchToEncode> = fc.record({
    replicaId: int32,
    maxWaitTime: int32,
    minBytes: int32,
    maxBytes: int32,
    isolationLevel: fc.constantFrom(0, 1),
    sessionId: int32,
    sessionEpoch: int32,
    rackId: name,
    topics: fc.array(
      fc.record({
        topic: name,
        partitions: fc.array(fc.record({ partition: fc.nat(), fetchOffset: offset, maxBytes: int32 }), { maxLength: 5 }),
      }),
      { maxLength: 5 },
    ),
    forgottenTopics: fc.array(fc.record({ topic: name, partitions: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }) }), {
      maxLength: 5,
    }),
  })

  test('is written byte for byte as kafkajs would write it', async () => {
    await fc.assert(fc.asyncProperty(asked, (fetch) => sameBytes(fetchRequest(fetch), kafkajs.fetch(fetch))))
  })
})

describe('the answer to a fetch', () => {
  const answered = fc.record({
    partition: fc.nat(),
    errorCode: fc.constantFrom(0, 0, 0, 1, 29),
    offsets: fc.tuple(offset, offset, offset),
    aborted: fc.array(fc.record({ producerId: offset, firstOffset: offset }), { maxLength: 2 }),
    preferredReadReplica: fc.constantFrom(-1, -1, -1, 2),
    values: fc.array(fc.string({ maxLength: 20 }), { maxLength: 3 }),
  })
  const answer = fc.record({
    throttled: fc.nat(),
    errorCode: fc.constantFrom(0, 70),
    sessionId: fc.nat(),
    topics: fc.array(fc.record({ topic: name, partitions: fc.array(answered, { maxLength: 4 }) }), { maxLength: 4 }),
  })
  type Answer = typeof answer extends fc.Arbitrary<infer T> ? T : never

  async function batchOf(values: readonly string[]): Promise<Buffer> {
    const records = values.map((value, offsetDelta) => encodeRecord({ key: null, value, offsetDelta }))
    return (await kafkajs.RecordBatch({ firstOffset: 7, lastOffsetDelta: values.length - 1, records })).buffer
  }

  const recordsOf = async (values: readonly string[]) => (values.length === 0 ? Buffer.alloc(0) : await batchOf(values))

  async function written({ topics, ...answer }: Answer): Promise<Buffer> {
    const withRecords = topics.map(async ({ topic, partitions }) => ({
      topic,
      partitions: await Promise.all(partitions.map(async (each) => ({ ...each, records: await recordsOf(each.values) }))),
    }))
    return fetchAnswerBytes({ ...answer, topics: await Promise.all(withRecords) })
  }

  const decode = fetchAnswerDecoder(kafkajs.decodeMessages, Decoder)

  test('is read as kafkajs would read it, but for partitions of which it says nothing new', async () => {
    type Partition = FetchAnswer['responses'][number]['partitions'][number]
    const isNews = ({ errorCode, preferredReadReplica, abortedTransactions, messages }: Partition) =>
      errorCode !== 0 || preferredReadReplica !== -1 || (abortedTransactions ?? []).length > 0 || messages.length > 0
    await fc.assert(
      fc.asyncProperty(answer, async (one) => {
        const bytes = await written(one)
        const known = await kafkajs.answer.decode(bytes)
        const responses = known.responses.map(({ topicName, partitions }) => ({
          topicName,
          partitions: partitions.filter(isNews),
        }))
        expect(await decode(bytes)).toEqual({ ...known, responses })
      }),
    )
  })

  test('has a partition of which only a part of a batch came: somebody has to ask for more', async () => {
    const batch = await batchOf(['cut'])
    const partition = { partition: 3, offsets: ['9', '9', '0'], records: batch.subarray(0, -1) }
    const { responses } = await decode(fetchAnswerBytes({ topics: [{ topic: 'orders', partitions: [partition] }] }))
    expect(responses).toMatchObject([{ topicName: 'orders', partitions: [{ partition: 3, messages: [] }] }])
  })
})

describe('what is produced', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_795_354_709_207, toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  const bytes = fc.uint8Array({ maxLength: 700 }).map((array) => Buffer.from(array))
  const content = fc.oneof(bytes, fc.string({ unit: 'binary', maxLength: 100 }))
  const timestamp = fc.option(fc.integer({ min: 1_795_354_700_000, max: 1_795_354_800_000 }).map(String), { nil: undefined })
  const message = fc.record({
    key: fc.option(content),
    value: fc.option(content),
    headers: arbitraryHeaders.map((headers) => headersAsRead(headers as RecordHeaders)),
    timestamp,
  }) as fc.Arbitrary<Message>
  const topicData = fc.array(
    fc.record({
      topic: name,
      partitions: fc.array(
        fc.record({ partition: fc.nat(), firstSequence: fc.nat(), messages: fc.array(message, { minLength: 1, maxLength: 4 }) }),
        { maxLength: 4 },
      ),
    }),
    { maxLength: 4 },
  )
  const produced: fc.Arbitrary<ProduceToEncode> = fc.record({
    acks: fc.constantFrom(-1, 1),
    timeout: fc.nat(),
    transactionalId: fc.option(name.filter(Boolean), { nil: undefined }),
    producerId: fc.integer({ min: -1 }).map((id) => kafkajs.Long.fromValue(id)),
    producerEpoch: fc.integer({ min: 0, max: 2 ** 15 - 1 }),
    topicData,
  }) as fc.Arbitrary<ProduceToEncode>
  const ours = produceRequest(kafkajs.produce)

  test('is written byte for byte as kafkajs would write it', async () => {
    await fc.assert(fc.asyncProperty(produced, (produce) => sameBytes(ours(produce), kafkajs.produce(produce))))
  })

  test('is left to kafkajs when it is to be compressed', async () => {
    const messages = [{ key: 'a', value: 'again and again and again' }]
    const produce = {
      acks: -1,
      timeout: 1,
      compression: 1,
      topicData: [{ topic: 'orders', partitions: [{ partition: 0, messages }] }],
    }
    await sameBytes(ours(produce), kafkajs.produce(produce))
  })
})
