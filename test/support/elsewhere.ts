import { zstdCompressSync } from 'node:zlib'
import { CompressionCodecs, CompressionTypes, Kafka, logLevel } from 'kafkajs'
import { partitionOf } from '../../packages/messaging/src/broker/partitioner.ts'

const createPartitioner = () => (record: { message: { key?: unknown } }) => partitionOf(String(record.message.key), 6)

/** A producer that is not Petrel's. */
export interface Elsewhere extends AsyncDisposable {
  send(topic: string, message: { key: string; value: string; headers?: Record<string, string> }): Promise<unknown>
}

/** Zstandard is one of the three that kafkajs writes with help only. What it reads is unpacked before it comes to it. */
export async function compressingProducer(brokers: string): Promise<Elsewhere> {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer),
    decompress: async () => {
      throw new Error('It is here to write only')
    },
  })
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING, retry: { retries: 0 } })
  const producer = kafka.producer({ createPartitioner })
  await producer.connect()
  return {
    send: (topic, message) => producer.send({ topic, compression: CompressionTypes.ZSTD, messages: [message] }),
    [Symbol.asyncDispose]: () => producer.disconnect(),
  }
}
