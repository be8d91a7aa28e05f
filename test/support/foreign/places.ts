import type { MessageDescriptor } from '@petrel/messaging'
import { type Broker, plan } from '@petrel/messaging/operations'
import { ROOT } from '../../../deploy/local/folders.ts'
import { loadServices } from '../../../packages/cli/src/services.ts'

/** A topic that endpoints of the shop subscribe to. */
export interface Place {
  readonly topic: string
  /** The endpoints. */
  readonly readers: readonly string[]
  /** What they handle of it. */
  readonly types: readonly MessageDescriptor[]
  /** How large a record it takes, in bytes. */
  readonly limit: number
}

/** Every message, retry, postponed and replay topic of the shop. */
export async function everyPlace({ admin }: Pick<Broker, 'admin'>, prefix: string): Promise<Place[]> {
  const services = await loadServices(ROOT)
  const subscriptions = services.flatMap(({ name, endpoint }) => {
    const { groups, subscribes } = plan(endpoint, prefix)
    return groups.flatMap(({ topics }) =>
      topics.map((topic) => {
        const own = subscribes.filter((message) => message.topic === topic)
        return { topic, name, types: (own.length > 0 ? own : subscribes).map(({ type }) => type) }
      }),
    )
  })
  const byTopic = Map.groupBy(subscriptions, ({ topic }) => topic)
  const limits = await admin.maxMessageBytes([...byTopic.keys()])
  return [...byTopic].map(([topic, readers]) => ({
    topic,
    readers: readers.map(({ name }) => name),
    types: readers[0]?.types ?? [],
    limit: limits.get(topic) ?? 0,
  }))
}

/** All topics that messages are first appended to. */
export async function messageTopics(prefix: string): Promise<string[]> {
  const plans = (await loadServices(ROOT)).map(({ endpoint }) => plan(endpoint, prefix))
  return plans.flatMap(({ owns }) => owns.map(({ topic }) => topic))
}
