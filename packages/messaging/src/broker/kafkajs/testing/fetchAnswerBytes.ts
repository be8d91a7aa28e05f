import { createRequire } from 'node:module'

/** kafkajs's own, of which each method returns the writer. */
interface Encoder {
  readonly buffer: Buffer
  writeInt16(value: number): Encoder
  writeInt32(value: number): Encoder
  writeInt64(value: string): Encoder
  writeString(value: string): Encoder
  writeBytes(value: Buffer): Encoder
  writeArray(values: readonly Encoder[]): Encoder
}

export interface PartitionOfAnswer {
  readonly partition: number
  readonly errorCode?: number
  /** Its end, the end of what is decided, and its beginning. */
  readonly offsets: readonly string[]
  readonly aborted?: readonly { readonly producerId: string; readonly firstOffset: string }[]
  readonly preferredReadReplica?: number
  /** Batches of records as Kafka stores them. */
  readonly records: Buffer
}

export interface AnswerToWrite {
  /** Milliseconds. */
  readonly throttled?: number
  readonly errorCode?: number
  readonly sessionId?: number
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly PartitionOfAnswer[] }[]
}

/** The answer to a fetch as a broker writes it (https://kafka.apache.org/protocol#The_Messages_Fetch, version 11), by kafkajs's encoder. */
export function fetchAnswerBytes({ throttled = 0, errorCode = 0, sessionId = 0, topics }: AnswerToWrite): Buffer {
  const answered = topics.map(({ topic, partitions }) => encoder().writeString(topic).writeArray(partitions.map(partitionOf)))
  return encoder().writeInt32(throttled).writeInt16(errorCode).writeInt32(sessionId).writeArray(answered).buffer
}

function partitionOf(of: PartitionOfAnswer): Encoder {
  const { partition, errorCode = 0, offsets, aborted = [], preferredReadReplica = -1, records } = of
  const writer = encoder().writeInt32(partition).writeInt16(errorCode)
  for (const each of offsets) writer.writeInt64(each)
  writer.writeArray(aborted.map((each) => encoder().writeInt64(each.producerId).writeInt64(each.firstOffset)))
  return writer.writeInt32(preferredReadReplica).writeBytes(records)
}

const load = createRequire(import.meta.url)

/** Loaded when it is needed: a patch replaces only what is loaded later. */
function encoder(): Encoder {
  const Encoder = load('kafkajs/src/protocol/encoder.js') as new () => Encoder
  return new Encoder()
}
