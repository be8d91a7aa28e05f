import type { Audit, HandledEntry } from './audit.ts'

/** What an audit says of one delivery. */
export interface ToldDelivery {
  readonly endpoint: string
  /** Of the process that has written it. */
  readonly instance: string
  /** When it was written. Milliseconds since the epoch. */
  readonly at: number
  readonly entry: HandledEntry
}

/**
 * What counts of each delivery. After a crash or a rebalance several processes may have written about one: that it was handled
 * counts, or else what was written last; that it was a duplicate only where there is nothing else.
 * @param audits of any endpoints, in any order
 */
export function deliveriesIn(audits: Iterable<Audit>): ToldDelivery[] {
  const counting = new Map<string, ToldDelivery>()
  for (const { endpoint, instance, at, messages } of audits)
    for (const entry of messages) {
      const told = { endpoint, instance, at, entry }
      const delivery = `${endpoint} ${entry.topic}/${entry.partition}/${entry.offset}`
      const known = counting.get(delivery)
      if (known === undefined || !counts(known, told)) counting.set(delivery, told)
    }
  return [...counting.values()]
}

/** Whether the first of two counts. */
function counts(one: ToldDelivery, other: ToldDelivery): boolean {
  const [own, others] = [rank(one), rank(other)]
  return own === others ? one.at > other.at : own > others
}

const rank = ({ entry: { outcome } }: ToldDelivery): number => (outcome === 'handled' ? 2 : Number(outcome !== 'duplicate'))
