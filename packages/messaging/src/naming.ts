import type { Duration } from './definition/duration.ts'
import type { MessageDescriptor } from './definition/message.ts'

// The names that Petrel uses in Kafka and in the registry. Callers put a prefix in front: `prefix + dltTopic('billing')`. It
// (TOPIC_PREFIX, '' in production) separates systems that share a broker, tests for example.

/** Where a message type's records are: `sales.order-placed`. */
export const topicName = (type: Pick<MessageDescriptor, 'topic'>): string => type.topic

/** Where an endpoint's failed messages wait for a delayed retry: `billing.retry.2s`. */
export const retryTopic = (endpoint: string, delay: Duration): string => retryTopics(endpoint) + delay

/** What the names of an endpoint's retry topics begin with: `billing.retry.`. */
export const retryTopics = (endpoint: string): string => `${endpoint}.retry.`

/** Through which postponed messages come back when they are due: `billing.postponed`. */
export const postponedTopic = (endpoint: string): string => `${endpoint}.postponed`

/** Through which a person sends dead letters back to the endpoint: `billing.replay`. */
export const replayTopic = (endpoint: string): string => `${endpoint}.replay`

/** Whether an endpoint's messages come back to it through a topic, which nobody else reads: retries, postponed ones and replays. */
export const isReturnTopic = (endpoint: string, topic: string): boolean =>
  topic === postponedTopic(endpoint) || topic === replayTopic(endpoint) || topic.startsWith(`${endpoint}.retry.`)

/** Where messages wait for a person: `billing.dlt`. */
export const dltTopic = (endpoint: string): string => `${endpoint}.dlt`

/** Where each dead letter that was replayed has a mark: `billing.replayed`. */
export const replayedTopic = (endpoint: string): string => `${endpoint}.replayed`

/** Where an endpoint says what became of each message, and that its processes are alive: `billing.audit`. */
export const auditTopic = (endpoint: string): string => `${endpoint}.audit`

/** The consumer group for an endpoint's message topics. */
export const mainGroup = (endpoint: string): string => endpoint

/** The consumer group for an endpoint's retry, postponed and replay topics. */
export const retryGroup = (endpoint: string): string => `${endpoint}.retry`

/** The registry's subject for a message type: `sales.order-placed-value`. */
export const subjectName = (type: Pick<MessageDescriptor, 'topic'>): string => subjectOf(topicName(type))

/** The registry's subject for the values of a topic. */
export const subjectOf = (topic: string): string => `${topic}-value`
