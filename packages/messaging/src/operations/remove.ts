import type { Infrastructure } from './infrastructure.ts'
import { auditTopic, dltTopic, mainGroup, postponedTopic, replayedTopic, replayTopic, retryGroup } from '../naming.ts'

/** What was there and is gone; all empty when nothing was. */
export interface RemoveReport {
  readonly groups: readonly string[]
  readonly topics: readonly string[]
  readonly subjects: readonly string[]
}

/**
 * Deletes what an endpoint has in Kafka and in the registry: its groups, its audit, the topics through which its messages come back,
 * and topics and schemas of the messages that it owns. Everything is found by its name, so neither the endpoint's code nor
 * the language it was written in matters. Run again, it changes nothing.
 * @throws GroupIsRunning when a group has members; then nothing was deleted
 * @throws BrokerUnavailable, RegistryUnavailable
 */
export async function remove(
  endpoint: string,
  { admin, registry, prefix }: Pick<Infrastructure, 'admin' | 'registry' | 'prefix'>,
): Promise<RemoveReport> {
  const groups = await admin.deleteGroups(groupsOfEndpoint(endpoint, prefix))
  const topics = await topicsOf(endpoint, { admin, prefix })
  const subjects: string[] = []
  // The schemas go before the topics by which they are found: an interrupted removal can be run again.
  for (const subject of topics.map((topic) => `${topic}-value`)) if (await registry.remove(subject)) subjects.push(subject)
  await admin.deleteTopics(topics)
  return { groups, topics, subjects }
}

/** The topics that go with an endpoint: those that it owns, and those through which its messages come back. */
export async function topicsOf(endpoint: string, { admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>): Promise<string[]> {
  return (await admin.topics()).filter((topic) => isOfEndpoint(topic, endpoint, prefix)).toSorted()
}

/** How many members the endpoint's groups have: while it is more than none, the endpoint runs somewhere. */
export async function membersOf(
  endpoint: string,
  { admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>,
): Promise<Map<string, number>> {
  return admin.members(groupsOfEndpoint(endpoint, prefix))
}

const groupsOfEndpoint = (endpoint: string, prefix: string): string[] =>
  [mainGroup(endpoint), retryGroup(endpoint)].map((group) => prefix + group)

const recoveryTopics = [postponedTopic, replayTopic, dltTopic, replayedTopic, auditTopic]

/**
 * A message's topic is `<owner>.<message>`, with nothing behind it: topics under another prefix that begins with the
 * endpoint's name are somebody else's.
 */
function isOfEndpoint(topic: string, endpoint: string, prefix: string): boolean {
  if (!topic.startsWith(`${prefix}${endpoint}.`)) return false
  const name = topic.slice(prefix.length)
  const rest = name.slice(endpoint.length + 1)
  return recoveryTopics.some((of) => of(endpoint) === name) || /^retry\.[0-9a-z.]+$/.test(rest) || /^[a-z][a-z0-9-]*$/.test(rest)
}
