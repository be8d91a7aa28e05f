import type { KafkaMessage } from 'kafkajs'
import type { BatchContext } from './recordDecoding.ts'

/** A record as kafkajs has decoded it. */
export type FetchedMessage = KafkaMessage & {
  /** The end of a transaction, written by the broker. */
  readonly isControlRecord?: boolean
  readonly batchContext: BatchContext
}

export interface FetchedMessages extends Array<FetchedMessage> {
  /** The offset after everything that was fetched: also after what is not shown, or was removed by compaction. */
  nextOffset?: bigint | undefined
}

/** What kafkajs makes of one partition's part in the answer to a fetch. */
export interface FetchedPartition {
  messages: FetchedMessages
  abortedTransactions?: readonly AbortedTransaction[] | null
}

export interface AbortedTransaction {
  readonly producerId: string
  readonly firstOffset: string
}

/** Where kafkajs is in the bytes of an answer. */
interface Decoder {
  readonly buffer: Buffer
  readonly offset: number
}

export type DecodeMessages = (decoder: Decoder) => Promise<FetchedMessages>

/**
 * kafkajs gives only the records. A batch keeps its offsets when compaction has removed its last records, or all of them.
 * Whoever then fetches the offset after the last record gets the same batch again, for ever.
 */
export function withNextOffset(decodeMessages: DecodeMessages): DecodeMessages {
  return async (decoder) => {
    const start = decoder.offset + 4
    const nextOffset = offsetAfter(decoder.buffer.subarray(start, start + decoder.buffer.readInt32BE(decoder.offset)))
    return Object.assign(await decodeMessages(decoder), { nextOffset })
  }
}

/** Where things are in a record batch (https://kafka.apache.org/documentation/#recordbatch), in bytes. */
const BATCH = { size: 8, lastOffsetDelta: 23, header: 61, beforeSize: 12 }

/** The offset after the last whole batch. Undefined without one: the last batch of an answer may be cut. */
function offsetAfter(batches: Buffer): bigint | undefined {
  let next: bigint | undefined
  for (let at = 0; at + BATCH.header <= batches.length;) {
    const end = at + BATCH.beforeSize + batches.readInt32BE(at + BATCH.size)
    if (end > batches.length) break
    next = batches.readBigInt64BE(at) + BigInt(batches.readInt32BE(at + BATCH.lastOffsetDelta)) + 1n
    at = end
  }
  return next
}

/**
 * Leaves out records of aborted transactions. kafkajs does so in its consumer only, and misses some: it expects the list in
 * the order in which the transactions began, but Kafka gives it in the order in which they ended.
 */
export function withoutAborted({ messages, abortedTransactions }: FetchedPartition): FetchedMessages {
  if (abortedTransactions == null || abortedTransactions.length === 0) return messages
  const begins = abortedTransactions.toSorted((a, b) => Number(BigInt(a.firstOffset) - BigInt(b.firstOffset)))
  const aborting = new Set<string | undefined>()
  const shown = messages.filter((message) => {
    while (begins[0] !== undefined && BigInt(begins[0].firstOffset) <= BigInt(message.offset))
      aborting.add(begins.shift()?.producerId)
    const { producerId, inTransaction } = message.batchContext
    if (isAbort(message)) aborting.delete(producerId)
    return message.isControlRecord === true || !(inTransaction === true && aborting.has(producerId))
  })
  return Object.assign(shown, { nextOffset: messages.nextOffset })
}

/** https://kafka.apache.org/documentation/#controlbatch: version 0, type 0. */
const ABORT = Buffer.from([0, 0, 0, 0])

const isAbort = ({ isControlRecord, key }: FetchedMessage) => isControlRecord === true && key?.equals(ABORT) === true
