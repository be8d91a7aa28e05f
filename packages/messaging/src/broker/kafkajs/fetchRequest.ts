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
  readonly rackId: string
}

interface FetchedFrom {
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
const sizes = { request: 33, topic: 4, partition: 28 }

/** The version of https://kafka.apache.org/protocol#The_Messages_Fetch that kafkajs uses. It names all partitions each time. */
export const fetchRequest = (fetch: FetchToEncode): FetchRequest => ({
  apiKey: 1,
  apiVersion: 11,
  apiName: 'Fetch',
  encode: async () => encode(fetch),
})

function encode({ topics, rackId, ...fetch }: FetchToEncode): RequestBytes {
  const writer = new RequestWriter(sizeOf(topics, rackId))
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
  return writer.int32(noTopics).text(rackId).done()
}

function sizeOf(topics: FetchToEncode['topics'], rackId: string): number {
  let size = sizes.request + textSize(rackId)
  for (const { topic, partitions } of topics) size += textSize(topic) + sizes.topic + partitions.length * sizes.partition
  return size
}

const writePartition = (writer: RequestWriter, { partition, fetchOffset, maxBytes }: FetchedFrom): RequestWriter =>
  writer.int32(partition).int32(unknownEpoch).int64(BigInt(fetchOffset)).int64(unknownStart).int32(maxBytes)

/** Of the leader, which is then not checked. */
const unknownEpoch = -1
/** Only replicas know it. */
const unknownStart = -1n
/** A session would have some to forget. */
const noTopics = 0
