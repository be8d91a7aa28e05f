import { confluentRegistry, type Infrastructure, kafkajsBroker, silentLog } from '@petrel/messaging/operations'
import type { TestSystem } from './stack.ts'

/** What commands work on, in a system of a test; whoever opens it closes its broker. */
export function infrastructureOf({ addresses, prefix }: Pick<TestSystem, 'addresses' | 'prefix'>): Infrastructure {
  const broker = kafkajsBroker({ brokers: addresses.kafkaBrokers.split(','), clientId: 'test', log: silentLog })
  return { broker, admin: broker.admin, registry: confluentRegistry({ url: addresses.registryUrl }), prefix }
}
