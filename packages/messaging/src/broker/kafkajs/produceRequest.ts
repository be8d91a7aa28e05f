import type { Message } from 'kafkajs'
import { crc32c } from './crc32c.ts'
import { type MeasuredRecord, measureRecord, writeRecord } from './recordEncoding.ts'
import { type RequestBytes, RequestWriter, textSize } from './requestBytes.ts'

/** What kafkajs hands over to produce. */
export interface ProduceToEncode {
  readonly acks: number
  /** Milliseconds. */
  readonly timeout: number
  readonly transactionalId?: string | null
  /** A bigint, or an object of kafkajs that stands for one. */
  readonly producerId?: { toString(): string }
  readonly producerEpoch?: number
  readonly compression?: number
  readonly topicData: readonly { readonly topic: string; readonly partitions: readonly PartitionToProduce[] }[]
}

interface PartitionToProduce {
  readonly partition: number
  readonly firstSequence?: number
  readonly messages: readonly Message[]
}

export interface ProduceRequest {
  readonly apiKey: number
  readonly apiVersion: number
  readonly apiName: string
  readonly expectResponse: () => boolean
  readonly encode: () => Promise<RequestBytes>
}

/** In bytes: of the request, a topic and a partition without what is in them; and where things are in a batch of records. */
const sizes = { request: 10, topic: 4, partition: 8, batch: 61 }
/** https://kafka.apache.org/documentation/#recordbatch */
const AT = { crc: 17, checked: 21 }
/** The size of a batch leaves out itself and the offset before it. */
const beforeBatchSize = 12
const magic = 2
const transactional = 16

/**
 * Version 3 of https://kafka.apache.org/protocol#The_Messages_Produce, which later ones are like, without intermediate buffers:
 * kafkajs makes four for each partition and copies each record six times. What is to be compressed is left to it.
 */
export const produceRequest =
  (ofKafkajs: (produce: ProduceToEncode) => ProduceRequest) =>
  (produce: ProduceToEncode): ProduceRequest => {
    const request = ofKafkajs(produce)
    return (produce.compression ?? 0) === 0 ? { ...request, encode: async () => encode(produce) } : request
  }

interface MeasuredTopic {
  readonly topic: string
  readonly batches: readonly MeasuredBatch[]
}

interface MeasuredBatch {
  readonly partition: number
  readonly firstSequence: number
  readonly firstTimestamp: number
  readonly maxTimestamp: number
  readonly records: readonly MeasuredRecord[]
  /** Bytes. */
  readonly size: number
}

function encode(produce: ProduceToEncode): RequestBytes {
  const { acks, timeout, transactionalId, topicData } = produce
  const topics = topicData.map(({ topic, partitions }): MeasuredTopic => ({ topic, batches: partitions.map(measure) }))
  const writer = new RequestWriter(sizeOf(transactionalId, topics))
    .text(transactionalId)
    .int16(acks)
    .int32(timeout)
    .int32(topics.length)
  for (const { topic, batches } of topics) {
    writer.text(topic).int32(batches.length)
    for (const batch of batches) writeBatch(writer, batch, produce)
  }
  return writer.done()
}

function measure({ partition, firstSequence = 0, messages }: PartitionToProduce): MeasuredBatch {
  const now = Date.now()
  const given = messages.flatMap(({ timestamp }) => timestamp ?? []).toSorted()
  const firstTimestamp = Number(given[0] ?? now)
  const maxTimestamp = Number(given.at(-1) ?? now)
  let size = sizes.batch
  const records = messages.map(({ key = null, value, headers = {}, timestamp }, offsetDelta) => {
    const timestampDelta = Number(timestamp || now) - firstTimestamp
    const measured = measureRecord({ key, value, headers, offsetDelta, timestampDelta })
    size += measured.size
    return measured
  })
  return { partition, firstSequence, firstTimestamp, maxTimestamp, records, size }
}

function sizeOf(transactionalId: ProduceToEncode['transactionalId'], topics: readonly MeasuredTopic[]): number {
  let size = sizes.request + textSize(transactionalId)
  for (const { topic, batches } of topics) {
    size += textSize(topic) + sizes.topic
    for (const batch of batches) size += sizes.partition + batch.size
  }
  return size
}

function writeBatch(writer: RequestWriter, batch: MeasuredBatch, produce: ProduceToEncode): void {
  const { partition, records, size, firstSequence, firstTimestamp, maxTimestamp } = batch
  const { transactionalId, producerId = -1, producerEpoch = 0 } = produce
  writer.int32(partition).int32(size)
  const start = writer.at
  writer
    .int64(0n)
    .int32(size - beforeBatchSize)
    .int32(0)
    .int8(magic)
    .int32(0)
    .int16(transactionalId ? transactional : 0)
    .int32(records.length - 1)
    .int64(BigInt(firstTimestamp))
    .int64(BigInt(maxTimestamp))
    .int64(BigInt(producerId.toString()))
    .int16(producerEpoch)
    .int32(firstSequence)
    .int32(records.length)
  for (const record of records) writer.at = writeRecord(writer.buffer, writer.at, record)
  writer.buffer.writeUInt32BE(crc32c(writer.buffer.subarray(start + AT.checked, writer.at)), start + AT.crc)
}
