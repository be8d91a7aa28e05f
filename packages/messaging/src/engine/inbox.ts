import { identityKey, type MessageIdentity } from '../identity.ts'
import type { Delivery } from './delivery.ts'
import type { LaneContext } from './laneContext.ts'
import { sendPendingOutbox } from './outbox.ts'

/** Drops messages that were handled before, and copies of one message within the batch. */
export async function skipHandled(lane: LaneContext, deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
  const unique = new Set(withoutCopies(deliveries))
  const handled = await handledAmong(lane, [...unique].map(identityOf))
  const isNew = (delivery: Delivery) => unique.has(delivery) && !handled.has(identityOf(delivery))
  dropDuplicates(
    lane,
    deliveries.filter((delivery) => !isNew(delivery)),
  )
  return deliveries.filter(isNew)
}

/** These were handled before: nothing is done with them, and it is said. */
export function dropDuplicates(lane: LaneContext, deliveries: readonly Delivery[]): void {
  lane.runtime.report.duplicates(deliveries)
  lane.dropped.push(...deliveries)
}

/** Of each message the first copy that can be handled, or else the first: an odd record with its id must not displace it. */
function withoutCopies(deliveries: readonly Delivery[]): Iterable<Delivery> {
  const kept = new Map<string, Delivery>()
  for (const delivery of deliveries) {
    const key = identityKey(identityOf(delivery))
    const earlier = kept.get(key)
    if (earlier === undefined || (earlier.undeliverable !== undefined && delivery.undeliverable === undefined))
      kept.set(key, delivery)
  }
  return kept.values()
}

/**
 * Which of these messages the inbox has. If it has any, their process may have crashed before it sent what they produced:
 * so that is sent now.
 */
export async function handledAmong(
  lane: LaneContext,
  messages: readonly MessageIdentity[],
): Promise<ReadonlySet<MessageIdentity>> {
  if (messages.length === 0) return new Set()
  const handled = await lane.retry('look into the inbox', () => lane.runtime.store.handledIds(messages))
  if (handled.size > 0) await sendPendingOutbox(lane)
  return handled
}

/** After a refusal because another member has handled some of these messages: the others. */
export async function withoutHandled(lane: LaneContext, deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
  const handled = await handledAmong(lane, deliveries.map(identityOf))
  if (handled.size === 0) await lane.conflictPause()
  dropDuplicates(
    lane,
    deliveries.filter((delivery) => handled.has(identityOf(delivery))),
  )
  return deliveries.filter((delivery) => !handled.has(identityOf(delivery)))
}

const identityOf = ({ envelope }: Delivery) => envelope.identity
