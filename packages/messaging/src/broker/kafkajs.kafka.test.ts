import { inject } from 'vitest'
import { brokerConformance } from './conformance.ts'
import { kafkajsBroker } from './kafkajs/broker.ts'

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

brokerConformance('Kafka by way of kafkajs', async () =>
  kafkajsBroker({ brokers: inject('stack').kafkaBrokers.split(','), clientId: 'conformance', log }),
)
