import type { BrokerRecord, Position } from '../broker/port.ts'

/**
 * How far each topic may be committed after a batch: up to the first record that was given back. The records behind that one
 * come again, and the inbox drops those that were handled.
 */
export function positionsAfter(batch: readonly BrokerRecord[], givenBack: ReadonlySet<BrokerRecord>): Position[] {
  const next = new Map<string, Position>()
  const stopped = new Set<string>()
  for (const record of batch) {
    const { topic, partition, offset } = record
    if (givenBack.has(record)) stopped.add(topic)
    else if (!stopped.has(topic)) next.set(topic, { topic, partition, offset: offset + 1n })
  }
  return [...next.values()]
}
