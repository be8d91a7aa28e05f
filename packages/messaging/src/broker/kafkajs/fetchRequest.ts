import { type RequestBytes, RequestWriter, textSize } from './requestBytes.ts'

/** What kafkajs hands over for a fetch. */
export interface FetchToEncode {
  readonly replicaId: number
  readonly maxWaitTime: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly isolationLevel: number
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly FetchedFrom[] }[]
  /** What the session is to leave out from now on. */
  readonly forgottenTopics: readonly { readonly topic: string; readonly partitions: readonly number[] }[]
  readonly rackId: string
}

export interface FetchedFrom {
  readonly partition: number
  readonly fetchOffset: string
  readonly maxBytes: number
}

interface FetchRequest {
  readonly apiKey: number
  readonly apiVersion: number
  readonly apiName: string
  readonly encode: () => Promise<RequestBytes>
}

/** In bytes: of the request, a topic and a partition without what is in them. */
const sizes = { request: 33, topic: 4, partition: 28, forgotten: 4 }

/** The version of https://kafka.apache.org/protocol#The_Messages_Fetch that kafkajs uses. */
export const fetchRequest = (fetch: FetchToEncode): FetchRequest => ({
  apiKey: 1,
  apiVersion: 11,
  apiName: 'Fetch',
  encode: async () => encode(fetch),
})

function encode(fetch: FetchToEncode): RequestBytes {
  const { topics, forgottenTopics, rackId } = fetch
  const writer = new RequestWriter(sizeOf(fetch))
    .int32(fetch.replicaId)
    .int32(fetch.maxWaitTime)
    .int32(fetch.minBytes)
    .int32(fetch.maxBytes)
    .int8(fetch.isolationLevel)
    .int32(fetch.sessionId)
    .int32(fetch.sessionEpoch)
    .int32(topics.length)
  for (const { topic, partitions } of topics) {
    writer.text(topic).int32(partitions.length)
    for (const each of partitions) writePartition(writer, each)
  }
  writer.int32(forgottenTopics.length)
  for (const { topic, partitions } of forgottenTopics) {
    writer.text(topic).int32(partitions.length)
    for (const partition of partitions) writer.int32(partition)
  }
  return writer.text(rackId).done()
}

function sizeOf({ topics, forgottenTopics, rackId }: FetchToEncode): number {
  let size = sizes.request + textSize(rackId)
  for (const { topic, partitions } of topics) size += textSize(topic) + sizes.topic + partitions.length * sizes.partition
  for (const { topic, partitions } of forgottenTopics) size += textSize(topic) + sizes.topic + partitions.length * sizes.forgotten
  return size
}

const writePartition = (writer: RequestWriter, { partition, fetchOffset, maxBytes }: FetchedFrom): RequestWriter =>
  writer.int32(partition).int32(unknownEpoch).int64(BigInt(fetchOffset)).int64(unknownStart).int32(maxBytes)

/** Of the leader, which is then not checked. */
const unknownEpoch = -1
/** Only replicas know it. */
const unknownStart = -1n
