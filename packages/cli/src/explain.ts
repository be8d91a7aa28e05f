import { notLetIn } from '@petrel/messaging/connections'

/** Errors whose message says what happened and what to do; any other is a fault in Petrel, and its stack helps to find it. */
const selfExplanatory = new Set([
  'Problem',
  'NotDeployed',
  'CircularSubscription',
  'PartitionCountMismatch',
  'NotMigrated',
  'BrokerUnavailable',
  'TopicUnavailable',
  'TopicMissing',
  'RegistryUnavailable',
  'IncompatibleSchema',
  'DatabaseUrlIncomplete',
])

/** An error for the terminal. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (isWithoutBroker(error))
    return `Kafka does not answer: start it with npm start, or set KAFKA_BROKERS to where it runs. (${error.message})`
  return selfExplanatory.has(error.name) ? error.message : (error.stack ?? error.message)
}

/** Kafka's own answers have a code (https://kafka.apache.org/protocol#protocol_error_codes); this one was not Kafka's. */
function isWithoutBroker(error: Error): boolean {
  if (error.name !== 'BrokerUnavailable' || notLetIn(error) !== undefined) return false
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) if ('type' in cause) return false
  return true
}
