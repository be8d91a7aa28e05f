import { inject } from 'vitest'
import { silentLog } from '../log.ts'
import { brokerConformance } from './conformance.ts'
import { kafkajsBroker } from './kafkajs/broker.ts'
import { foreignKafkaProducer } from './kafkajs/testing/foreignKafkaProducer.ts'

brokerConformance('Kafka by way of kafkajs', async () => {
  const brokers = inject('stack').kafkaBrokers.split(',')
  return {
    broker: kafkajsBroker({ brokers, clientId: 'conformance', log: silentLog }),
    foreign: foreignKafkaProducer(brokers),
  }
})
