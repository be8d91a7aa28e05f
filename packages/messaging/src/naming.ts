import type { Duration } from './definition/duration.ts'
import type { MessageDescriptor } from './definition/message.ts'

// Every name that Petrel uses in Kafka and in the registry. Before each goes the prefix (TOPIC_PREFIX, '' in
// production), which keeps systems that share a broker apart, tests for example: `prefix + dltTopic('billing')`.

/** Where a message type's records lie: `sales.order-placed`. */
export const topicName = (type: Pick<MessageDescriptor, 'topic'>): string => type.topic

/** Where an endpoint's failed messages wait for a delayed retry: `billing.retry.2s`. */
export const retryTopic = (endpoint: string, delay: Duration): string => `${endpoint}.retry.${delay}`

/** Where a person sends dead letters back to one endpoint, and what was postponed comes back: `billing.replay`. */
export const replayTopic = (endpoint: string): string => `${endpoint}.replay`

/** Where messages wait for a person: `billing.dlt`. */
export const dltTopic = (endpoint: string): string => `${endpoint}.dlt`

/** Which dead letters were replayed, a mark for each: `billing.replayed`. */
export const replayedTopic = (endpoint: string): string => `${endpoint}.replayed`

/** The consumer group over an endpoint's message topics. */
export const mainGroup = (endpoint: string): string => endpoint

/** The consumer group over an endpoint's retry and replay topics. */
export const retryGroup = (endpoint: string): string => `${endpoint}.retry`

/** The registry's subject for a message type: `sales.order-placed-value`. */
export const subjectName = (type: Pick<MessageDescriptor, 'topic'>): string => `${topicName(type)}-value`
