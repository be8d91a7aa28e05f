import type { Broker, BrokerAdmin } from '../broker/port.ts'
import type { Registry } from '../registry/port.ts'

/** Where endpoints live. Every operation takes the part of it that it needs. */
export interface Infrastructure {
  readonly broker: Broker
  readonly admin: BrokerAdmin
  readonly registry: Registry
  /** Goes before every name in Kafka and in the registry. */
  readonly prefix: string
}
