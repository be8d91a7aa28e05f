import type { Endpoint } from '../definition/endpoint.ts'
import { topicName } from '../naming.ts'
import type { Infrastructure } from './infrastructure.ts'
import { messageTypes } from './plan.ts'

/** A record key, and when a message was last sent with it. Milliseconds since the epoch. */
export interface FoundKey {
  readonly key: string
  readonly lastAt: number
}

/**
 * The keys of messages that begin or end with a text, the latest first: pages and logs show a part of an id only. Reads all
 * message topics, so it takes as long as they are.
 */
export async function keysLike(
  part: string,
  endpoints: readonly Endpoint[],
  { admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>,
): Promise<FoundKey[]> {
  const topics = [...new Set(endpoints.flatMap(messageTypes).map((type) => prefix + topicName(type)))]
  const existing = await admin.partitions(topics)
  const found = new Map<string, number>()
  for (const topic of existing.keys())
    for await (const { key, timestamp } of admin.read(topic)) {
      const text = key?.toString() ?? ''
      if (text.startsWith(part) || text.endsWith(part)) found.set(text, Math.max(timestamp, found.get(text) ?? timestamp))
    }
  return [...found].map(([key, lastAt]) => ({ key, lastAt })).toSorted((a, b) => b.lastAt - a.lastAt)
}
