import type { KafkaMessage } from 'kafkajs'
import type { BatchContext } from './recordDecoding.ts'
import { type DecodeBatch, isCompressed, offsetAfter, unpackedBatch, wholeBatches } from './recordBatches.ts'

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
export interface Decoder {
  readonly buffer: Buffer
  readonly offset: number
  forward(bytes: number): unknown
}

export type DecodeMessages = (decoder: Decoder) => Promise<FetchedMessages>

/** Unpacked so far, a fetch is long enough: the batches after this one are for the next. In bytes, see `costOf`. */
const ENOUGH = 16 * 1024 * 1024

/**
 * kafkajs gives only the records. A batch keeps its offsets when compaction has removed its last records, or all of them.
 * Whoever then fetches the offset after the last record gets the same batch again, for ever. And it unpacks gzip only, to any size.
 */
export function decodingBatches(decodeMessages: DecodeMessages, decodeBatch: DecodeBatch): DecodeMessages {
  return async (decoder) => {
    const size = decoder.buffer.readInt32BE(decoder.offset)
    const bytes = decoder.buffer.subarray(decoder.offset + 4, decoder.offset + 4 + size)
    const batches = [...wholeBatches(bytes)]
    if (!batches.some(isCompressed)) {
      const nextOffset = batches.length === 0 ? undefined : offsetAfter(batches)
      return Object.assign(await decodeMessages(decoder), { nextOffset })
    }
    decoder.forward(4 + size)
    return decodeAll(batches, decodeBatch)
  }
}

async function decodeAll(batches: readonly Buffer[], decodeBatch: DecodeBatch): Promise<FetchedMessages> {
  const messages: FetchedMessage[][] = []
  const decoded: Buffer[] = []
  for (let cost = 0; decoded.length < batches.length && cost < ENOUGH;) {
    const batch = batches[decoded.length] as Buffer
    const unpacked = await unpackedBatch(batch, decodeBatch)
    messages.push(unpacked.records)
    cost += unpacked.cost
    decoded.push(batch)
  }
  return Object.assign(messages.flat(), { nextOffset: offsetAfter(decoded) })
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
