// What a rebalance costs with kafkajs alone: passes every record on, with kafkajs's own settings, and does nothing else.
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { OrderPlaced, PlaceOrder } from '../effectsOnce/messages.ts'

const { KAFKA_BROKERS = '', TOPIC_PREFIX = '' } = process.env
const kafka = new Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.NOTHING })
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false })
const consumer = kafka.consumer({ groupId: `${TOPIC_PREFIX}bench`, allowAutoTopicCreation: false })

consumer.on(consumer.events.GROUP_JOIN, () => console.log(JSON.stringify({ event: 'joined' })))
process.once('SIGTERM', () => {
  void consumer.disconnect().then(() => process.exit(0))
})
await producer.connect()
await consumer.connect()
await consumer.subscribe({ topic: TOPIC_PREFIX + PlaceOrder.topic, fromBeginning: true })
await consumer.run({
  eachBatch: async (payload) => {
    const messages = payload.batch.messages.map(({ key, value }) => ({ key, value }))
    await producer.send({ topic: TOPIC_PREFIX + OrderPlaced.topic, acks: -1, messages })
    await payload.heartbeat()
  },
})
