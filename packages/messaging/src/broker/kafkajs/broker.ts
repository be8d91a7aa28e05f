import type { Broker } from '../port.ts'
import { accessTo } from './access.ts'
import { kafkajsAdmin } from './admin.ts'
import { publisher } from './publisher.ts'
import type { KafkajsSettings } from './settings.ts'
import { subscribe, type KafkajsSubscription } from './subscribe.ts'

/** Kafka through kafkajs 2.2.4. Its faults, and how they are worked around: docs/decisions/0003-kafkajs-behind-a-port.md. Connects when first used. */
export function kafkajsBroker({ brokers, clientId, log, ...connection }: KafkajsSettings): Broker {
  const settings = { brokers, clientId, log, access: accessTo(connection, log) }
  const producer = publisher(settings)
  const subscriptions = new Set<KafkajsSubscription>()
  return {
    publish: (records) => producer.publish(records),
    admin: kafkajsAdmin(settings),
    subscribe: async (options) => {
      const subscription = subscribe(settings, options)
      subscriptions.add(subscription)
      await subscription.joined
      return subscription
    },
    close: async () => {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()))
      await producer.close()
    },
  }
}
