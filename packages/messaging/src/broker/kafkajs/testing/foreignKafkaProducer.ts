import { randomUUID } from 'node:crypto'
import { type IHeaders, Kafka, logLevel, type Producer, type ProducerConfig } from 'kafkajs'
import type { ForeignProducer, ForeignRecord } from '../../foreignProducer.ts'

/** Another client of the same Kafka. kafkajs itself cannot write null headers; our `encodeRecord`, which replaces its own, can. */
export function foreignKafkaProducer(brokers: readonly string[]): ForeignProducer {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
  // One for each call: kafkajs's producer fails for ever once a topic that it has used is deleted.
  const withProducer = async (config: ProducerConfig, work: (producer: Producer) => Promise<unknown>) => {
    const producer = kafka.producer(config)
    await producer.connect()
    try {
      await work(producer)
    } finally {
      await producer.disconnect()
    }
  }

  return {
    publish: (records) =>
      withProducer({}, async (producer) => {
        for (const some of sameTime(records)) await producer.sendBatch({ topicMessages: byTopic(some) })
      }),
    transaction: (records, outcome) =>
      withProducer({ transactionalId: randomUUID(), maxInFlightRequests: 1, idempotent: true }, async (producer) => {
        const transaction = await producer.transaction()
        for (const some of sameTime(records)) await transaction.sendBatch({ topicMessages: byTopic(some) })
        await transaction[outcome]()
      }),
  }
}

/** A batch says the times of its records as distances, and our `encodeRecord` writes none of more than 24 days. */
const sameTime = (records: readonly ForeignRecord[]) => Map.groupBy(records, ({ timestamp }) => timestamp).values()

function byTopic(records: readonly ForeignRecord[]) {
  const topics = Map.groupBy(records, ({ topic }) => topic)
  return [...topics].map(([topic, those]) => ({
    topic,
    messages: those.map(({ key, value, headers, partition, timestamp }) => ({
      key,
      value,
      headers: headers as IHeaders,
      ...(partition !== undefined && { partition }),
      ...(timestamp !== undefined && { timestamp: String(timestamp) }),
    })),
  }))
}
