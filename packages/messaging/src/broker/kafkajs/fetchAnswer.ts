import type { AbortedTransaction, DecodeMessages, Decoder, FetchedPartition } from './fetchedRecords.ts'

/** What kafkajs makes of the answer to a fetch. */
export interface FetchAnswer {
  /** kafkajs sends nothing meanwhile. The broker has waited itself, or wants the client to: then `clientSideThrottleTime`. */
  readonly throttleTime: number
  readonly clientSideThrottleTime: number
  readonly errorCode: number
  readonly sessionId: number
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly AnsweredPartition[] }[]
}

export interface AnsweredPartition extends FetchedPartition {
  readonly partition: number
  readonly errorCode: number
  readonly highWatermark: string
  readonly lastStableOffset: string
  readonly lastStartOffset: string
  readonly preferredReadReplica: number
}

type MakeDecoder = new (bytes: Buffer) => Decoder & { offset: number }

/** In bytes. */
const sizes = { int16: 2, int32: 4, int64: 8 }
/** Where things are in a partition without aborted transactions (https://kafka.apache.org/protocol#The_Messages_Fetch). */
const AT = { errorCode: 4, aborted: 30, preferredReadReplica: 34, records: 38, end: 42 }

/**
 * Reads an answer of version 11. Kafka answers for all partitions that were asked for, and most have nothing new: they are left
 * out. kafkajs makes a batch of each, and took half a millisecond for a hundred of them.
 */
export const fetchAnswerDecoder = (decodeMessages: DecodeMessages, Decoder: MakeDecoder) =>
  async function decode(bytes: Buffer): Promise<FetchAnswer> {
    const reader = new AnswerReader(bytes)
    const [clientSideThrottleTime, errorCode, sessionId] = [reader.int32(), reader.int16(), reader.int32()]
    const responses = []
    for (let topics = reader.int32(); topics > 0; topics -= 1) {
      const topicName = reader.text()
      const partitions: AnsweredPartition[] = []
      for (let left = reader.int32(); left > 0; left -= 1) {
        if (reader.passesNothingNew()) continue
        const header = reader.partition()
        const decoder = new Decoder(bytes)
        decoder.offset = reader.passRecords()
        partitions.push({ ...header, messages: await decodeMessages(decoder) })
      }
      responses.push({ topicName, partitions })
    }
    return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses }
  }

type Header = Omit<AnsweredPartition, 'messages'>

class AnswerReader {
  readonly #bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  int16(): number {
    const value = this.#bytes.readInt16BE(this.at)
    this.at += sizes.int16
    return value
  }

  int32(): number {
    const value = this.#bytes.readInt32BE(this.at)
    this.at += sizes.int32
    return value
  }

  int64(): string {
    const value = this.#bytes.readBigInt64BE(this.at)
    this.at += sizes.int64
    return String(value)
  }

  text(): string {
    const size = this.int16()
    return this.#bytes.toString('utf8', this.at, (this.at += size))
  }

  partition(): Header {
    return {
      partition: this.int32(),
      errorCode: this.int16(),
      highWatermark: this.int64(),
      lastStableOffset: this.int64(),
      lastStartOffset: this.int64(),
      abortedTransactions: this.#abortedTransactions(),
      preferredReadReplica: this.int32(),
    }
  }

  /** Passes over a partition of which nothing is said that somebody has to know. @returns whether it was one */
  passesNothingNew(): boolean {
    const [bytes, { at }] = [this.#bytes, this]
    const isNew =
      bytes.readInt16BE(at + AT.errorCode) !== 0 ||
      bytes.readInt32BE(at + AT.aborted) > 0 ||
      bytes.readInt32BE(at + AT.preferredReadReplica) !== -1 ||
      bytes.readInt32BE(at + AT.records) > 0
    if (!isNew) this.at += AT.end
    return !isNew
  }

  /** @returns where their size is written, which the decoder of records reads again: -1 for none */
  passRecords(): number {
    const { at } = this
    const size = this.int32()
    this.at += Math.max(0, size)
    return at
  }

  #abortedTransactions(): AbortedTransaction[] {
    const aborted: AbortedTransaction[] = []
    for (let left = this.int32(); left > 0; left -= 1) aborted.push({ producerId: this.int64(), firstOffset: this.int64() })
    return aborted
  }
}
