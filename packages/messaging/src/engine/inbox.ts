import { identityKey, type MessageIdentity } from '../identity.ts'
import type { Delivery } from './delivery.ts'
import type { LaneContext } from './laneContext.ts'
import { sendPendingOutbox } from './outbox.ts'

/** Drops messages that were handled before, and copies of one message within the batch. */
export async function skipHandled(lane: LaneContext, deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
  const unique = [...new Map(deliveries.map((delivery) => [identityKey(identityOf(delivery)), delivery])).values()]
  const handled = await handledAmong(lane, unique.map(identityOf))
  lane.runtime.report.duplicates([
    ...deliveries.filter((delivery) => !unique.includes(delivery)),
    ...unique.filter((delivery) => handled.has(identityOf(delivery))),
  ])
  return unique.filter((delivery) => !handled.has(identityOf(delivery)))
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

const identityOf = ({ envelope }: Delivery) => envelope.identity
