import kafkajs from 'kafkajs'
import type { TestSystem } from '../stack.ts'

/** Somebody lets topics take records that no dead letter topic of the shop takes. */
export async function raiseLimits({ addresses }: Pick<TestSystem, 'addresses'>, topics: readonly string[]): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: addresses.kafkaBrokers.split(','), logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    await admin.alterConfigs({
      validateOnly: false,
      resources: topics.map((name) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name,
        // It sets all of a topic's settings: those that are left out get their defaults.
        configEntries: [{ name: 'max.message.bytes', value: String(3 * 1024 * 1024) }],
      })),
    })
  } finally {
    await admin.disconnect()
  }
}
