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
    publish: (records) => withProducer({}, (producer) => producer.sendBatch({ topicMessages: byTopic(records) })),
    transaction: (records, outcome) =>
      withProducer({ transactionalId: randomUUID(), maxInFlightRequests: 1, idempotent: true }, async (producer) => {
        const transaction = await producer.transaction()
        await transaction.sendBatch({ topicMessages: byTopic(records) })
        await transaction[outcome]()
      }),
  }
}

function byTopic(records: readonly ForeignRecord[]) {
  const topics = Map.groupBy(records, ({ topic }) => topic)
  return [...topics].map(([topic, those]) => ({
    topic,
    messages: those.map(({ key, value, headers, partition }) => ({
      key,
      value,
      headers: headers as IHeaders,
      ...(partition !== undefined && { partition }),
    })),
  }))
}
