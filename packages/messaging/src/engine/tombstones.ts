import { UnhandledTombstone } from '../codec/errors.ts'
import type { Delivery } from './delivery.ts'
import type { LaneContext } from './laneContext.ts'

/**
 * Drops tombstones that nobody handles where they are usual: a compacted topic has one for each key that was deleted. Elsewhere
 * they stay among the others, and become dead letters.
 */
export async function dropTombstones(lane: LaneContext, deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
  const tombstones = deliveries.filter(isTombstone)
  if (tombstones.length === 0) return deliveries
  const { isCompacted, report } = lane.runtime
  const topics = [...new Set(tombstones.map(topicOf))]
  const answers = await lane.retry('ask whether topics are compacted', () => Promise.all(topics.map(isCompacted)))
  const compacted = new Set(topics.filter((_, index) => answers[index]))
  const isDropped = (delivery: Delivery) => isTombstone(delivery) && compacted.has(topicOf(delivery))
  report.tombstones(deliveries.filter(isDropped))
  return deliveries.filter((delivery) => !isDropped(delivery))
}

const isTombstone = ({ undeliverable }: Delivery) => undeliverable instanceof UnhandledTombstone
const topicOf = ({ envelope }: Delivery) => envelope.original.topic

/**
 * Asks once for each topic: nobody changes that of a topic in use. Of others than these it is not asked: a record's headers may name
 * any as that where it was first.
 */
export function askedOnce(
  topics: ReadonlySet<string>,
  ask: (topic: string) => Promise<boolean>,
): (topic: string) => Promise<boolean> {
  const known = new Map<string, boolean>()
  return async (topic) => {
    if (!topics.has(topic)) return false
    const answer = known.get(topic) ?? (await ask(topic))
    known.set(topic, answer)
    return answer
  }
}
