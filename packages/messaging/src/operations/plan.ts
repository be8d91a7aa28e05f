import type { TopicSpec } from '../broker/port.ts'
import { milliseconds } from '../definition/duration.ts'
import { type Endpoint, subscriptions } from '../definition/endpoint.ts'
import type { MessageDescriptor } from '../definition/message.ts'
import {
  auditTopic,
  dltTopic,
  mainGroup,
  postponedTopic,
  replayedTopic,
  replayTopic,
  retryGroup,
  retryTopic,
  subjectName,
  subjectOf,
  topicName,
} from '../naming.ts'
import { inboxMemory } from '../retention.ts'

/** A message type, and where Kafka and the registry have it. */
export interface MessagePlan {
  readonly type: MessageDescriptor
  readonly topic: string
  readonly subject: string
}

/** A consumer group and what it reads. */
export interface GroupPlan {
  readonly group: string
  readonly topics: readonly string[]
  /** Where it begins in a partition that it has never read. */
  readonly from: 'earliest' | 'latest'
}

/** Everything that must be in Kafka and in the registry before an endpoint can run. */
export interface Plan {
  readonly endpoint: string
  /** The topics that its deployment creates. */
  readonly topics: readonly TopicSpec[]
  /** Messages whose topics and schemas its deployment makes: the other endpoints rely on it. */
  readonly owns: readonly MessagePlan[]
  readonly subscribes: readonly MessagePlan[]
  readonly produces: readonly MessagePlan[]
  /** What it writes about itself. Its topic is among `topics`; it runs without it, too. */
  readonly audit: { readonly topic: string; readonly subject: string }
  readonly groups: readonly GroupPlan[]
}

/** How long a message stays: as long as an endpoint may be away, and as far back as a new subscriber sees. */
const messages = { 'cleanup.policy': 'delete', 'retention.ms': String(milliseconds('30d')) }
/** What waits for a person waits as long as it takes; so does what a person has sent on its way. */
const kept = { 'cleanup.policy': 'delete', 'retention.ms': '-1' }
/**
 * The endpoint itself appends a postponed message when its pause is over, and reads it at once: only a crash in between
 * leaves it unread. Every round of every postponement is a record, so they cannot stay for ever. They stay as long as the
 * inbox remembers: whatever reads this topic again handles no message a second time.
 */
const asLongAsInbox = { ...messages, 'retention.ms': String(milliseconds(inboxMemory)) }
/** A message that was just small enough must still fit with what its failure adds to its headers. */
const roomForFailure = { 'max.message.bytes': String(2 * 1024 * 1024) }
/** Long enough for a console that was away over a long weekend, which keeps what it has read. */
const audits = { ...messages, 'retention.ms': String(milliseconds('7d')) }
/** The newest mark of a dead letter is the one that counts. */
const marks = { 'cleanup.policy': 'compact' }

/** What an endpoint needs, derived from its definition alone. */
export function plan(endpoint: Endpoint, prefix: string): Plan {
  const place = (type: MessageDescriptor) => ({ type, topic: prefix + topicName(type), subject: prefix + subjectName(type) })
  const subscribes = unique(subscriptions(endpoint)).map(place)
  const produces = unique(endpoint.produces).map(place)
  const owns = messageTypes(endpoint)
    .filter((type) => type.owner === endpoint.name)
    .map(place)
  const own = owns.map(({ topic }) => ({ topic, partitions: endpoint.partitions, config: messages }))
  const audit = prefix + auditTopic(endpoint.name)
  const handles = subscribes.length > 0
  return {
    endpoint: endpoint.name,
    topics: [
      ...own,
      ...(handles ? recoveryTopics(endpoint, prefix) : []),
      { topic: audit, partitions: endpoint.partitions, config: audits },
    ],
    owns,
    subscribes,
    produces,
    audit: { topic: audit, subject: subjectOf(audit) },
    groups: handles ? groupsOf(endpoint, subscribes, prefix) : [],
  }
}

/**
 * The group whose lag says how many replicas an endpoint needs: that of its messages, and none when it subscribes to
 * nothing. Never that of its retries: what waits there is not due yet.
 */
export const scalingGroup = (endpoint: Endpoint, prefix: string): GroupPlan | undefined =>
  plan(endpoint, prefix).groups.find(({ group }) => group === prefix + mainGroup(endpoint.name))

/** Every message type that an endpoint subscribes to or produces, each once. */
export function messageTypes(endpoint: Endpoint): MessageDescriptor[] {
  return unique([...endpoint.produces, ...subscriptions(endpoint)])
}

/** The topics through which an endpoint's messages come back to it. */
function returnTopics({ name, recoverability }: Endpoint, prefix: string) {
  return {
    retries: recoverability.delayed.map((delay) => prefix + retryTopic(name, delay)),
    postponed: prefix + postponedTopic(name),
    replay: prefix + replayTopic(name),
  }
}

function recoveryTopics(endpoint: Endpoint, prefix: string): TopicSpec[] {
  const { name, partitions } = endpoint
  const { retries, postponed, replay } = returnTopics(endpoint, prefix)
  return [
    ...retries.map((topic) => ({ topic, partitions, config: { ...messages, ...roomForFailure } })),
    { topic: postponed, partitions, config: { ...asLongAsInbox, ...roomForFailure } },
    { topic: replay, partitions, config: { ...kept, ...roomForFailure } },
    { topic: prefix + dltTopic(name), partitions: 1, config: { ...kept, ...roomForFailure } },
    { topic: prefix + replayedTopic(name), partitions: 1, config: marks },
  ]
}

function groupsOf(endpoint: Endpoint, subscribes: readonly MessagePlan[], prefix: string): GroupPlan[] {
  const { retries, postponed, replay } = returnTopics(endpoint, prefix)
  return [
    { group: prefix + mainGroup(endpoint.name), topics: subscribes.map(({ topic }) => topic), from: endpoint.from },
    // These hold the endpoint's own unfinished work, however late the group is made.
    { group: prefix + retryGroup(endpoint.name), topics: [...retries, postponed, replay], from: 'earliest' },
  ]
}

function unique(types: readonly MessageDescriptor[]): MessageDescriptor[] {
  return [...new Map(types.map((type) => [type.fullName, type])).values()]
}
