import { createRequire } from 'node:module'
import { fetchAnswerBytes, type PartitionOfAnswer } from '../../packages/messaging/src/broker/kafkajs/testing/fetchAnswerBytes.ts'

/** kafkajs's own, patched or not. Loaded when it is asked for, since a patch replaces only what is loaded later. */
const load = createRequire(import.meta.url)

interface Encodes {
  encode(): Promise<{ readonly buffer: Buffer }>
}
interface Answer {
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly object[] }[]
}

/** What a service does for one request. */
type Work = () => Promise<unknown>

const partitions = [0, 1, 2, 3, 4, 5]
/** In bytes: before the batch in a request with one topic whose name has one letter. */
const beforeBatch = 27

/** What each is, by a name for the table. */
export const works: Readonly<Record<string, () => Promise<Work>>> = {
  'asks for 16 topics': async () => fetching(16),
  'reads the answer: 3 records': async () => reading(16, 3),
  'produces 18 records, one for each of 18 partitions': async () => producing(3, 1),
  'produces 500 records to six partitions': async () => producing(1, 84),
  'reads 500 records': async () => reading(1, 6, 84),
}

const topics = (count: number) => Array.from({ length: count }, (_, index) => `sales.OrderPlaced${index}`)

function fetching(count: number): Work {
  const request = load('kafkajs/src/protocol/requests/fetch/v11/request.js') as (fetch: object) => Encodes
  const asked = partitions.map((partition) => ({ partition, fetchOffset: '1234567', maxBytes: 262_144 }))
  const sizes = { maxWaitTime: 5_000, minBytes: 1, maxBytes: 1_048_576 }
  const session = { replicaId: -1, isolationLevel: 1, sessionId: 0, sessionEpoch: 0, forgottenTopics: [], rackId: '' }
  const fetch = { ...sizes, ...session, topics: topics(count).map((topic) => ({ topic, partitions: asked })) }
  return () => request(fetch).encode()
}

function producing(count: number, each: number): Work {
  const topicData = topics(count).map((topic) => ({
    topic,
    partitions: partitions.map((partition) => ({ partition, firstSequence: 0, messages: messages(each) })),
  }))
  return () => produced(topicData).encode()
}

function produced(topicData: readonly object[]): Encodes {
  const request = load('kafkajs/src/protocol/requests/produce/v7/request.js') as (produce: object) => Encodes
  return request({ acks: -1, timeout: 3_500, producerId: -1, producerEpoch: 0, topicData })
}

/** An answer with records in so many of its partitions, and what a consumer makes of it. */
async function reading(count: number, full: number, each = 1): Promise<Work> {
  const { decode } = load('kafkajs/src/protocol/requests/fetch/v11/response.js') as { decode: (bytes: Buffer) => Promise<Answer> }
  const Batch = load('kafkajs/src/consumer/batch.js') as new (topic: string, offset: string, partition: object) => object
  const bytes = await answer(count, full, each)
  return async () => {
    const { responses } = await decode(bytes)
    return responses.flatMap(({ topicName, partitions: read }) => read.map((one) => new Batch(topicName, '0', one)))
  }
}

async function answer(count: number, full: number, each: number): Promise<Buffer> {
  const request = await produced([{ topic: 't', partitions: [{ partition: 0, messages: messages(each) }] }]).encode()
  const batch = request.buffer.subarray(beforeBatch)
  let left = full
  const answered = (): PartitionOfAnswer[] =>
    partitions.map((partition) => ({
      partition,
      offsets: ['1234567', '1234567', '0'],
      records: left-- > 0 ? batch : Buffer.alloc(0),
    }))
  return fetchAnswerBytes({ topics: topics(count).map((topic) => ({ topic, partitions: answered() })) })
}

function messages(count: number): object[] {
  const id = '0197a000-0000-7000-8000-000000000000'
  const headers = {
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: 'sales.OrderPlaced',
    ce_source: 'sales',
    ce_time: '2026-11-28T02:30:50.123Z',
    ce_conversationid: id,
    ce_causationid: id,
    'content-type': 'application/avro',
  }
  return Array.from({ length: count }, () => ({ key: id, value: Buffer.alloc(150), headers }))
}
