import type { TopicHandler } from './port.ts'

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
