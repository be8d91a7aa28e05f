import { type KafkaConnection, kafkaSettings, type RegistryConnection, registrySettings } from '@petrel/messaging/connections'
import { petrelUser } from '../../../packages/cli/src/acl/users.ts'
import type { StackAddresses } from '../stack/stack.ts'

/** Who deploys, replays, and is `petrel` at a terminal. */
export const PETREL = petrelUser

/** What somebody needs to reach Kafka and the registry. */
export const connectionEnvironment = ({ kafkaBrokers, registryUrl, connections, access }: StackAddresses, user: string) => ({
  ...connections,
  KAFKA_BROKERS: kafkaBrokers,
  SCHEMA_REGISTRY_URL: registryUrl,
  ...access?.environmentOf(user),
})

/** The same, read. */
export function connectionsOf(
  addresses: StackAddresses,
  user = PETREL,
): { readonly kafka: KafkaConnection; readonly registry: RegistryConnection } {
  return kafkaSettings.and(registrySettings).parse(connectionEnvironment(addresses, user))
}
