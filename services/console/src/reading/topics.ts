import type { TopicHandler } from './port.ts'

/** Whether a topic is one that an endpoint of this system has with this ending: those of other systems have a prefix of theirs, with a dot. */
export const isOfEndpoint = (topic: string, ending: string): boolean =>
  topic.endsWith(ending) && /^[a-z][a-z0-9-]*$/.test(topic.slice(0, -ending.length))

/** Topic → who reads it; topics that nobody wants are left out. */
export function handledTopics(
  topics: readonly string[],
  handlers: readonly TopicHandler[],
  prefix: string,
): ReadonlyMap<string, TopicHandler> {
  const found = new Map<string, TopicHandler>()
  for (const topic of topics.filter((name) => name.startsWith(prefix)).toSorted()) {
    const handler = handlers.find(({ wants }) => wants(topic.slice(prefix.length)))
    if (handler !== undefined) found.set(topic, handler)
  }
  return found
}
