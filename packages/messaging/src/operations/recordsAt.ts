import type { BrokerAdmin, BrokerRecord, Position } from '../broker/port.ts'

/** The records at these positions of one topic, in the topic's order; what is no longer there is left out. */
export async function* recordsAt(
  topic: string,
  positions: readonly Pick<Position, 'partition' | 'offset'>[],
  admin: BrokerAdmin,
): AsyncIterable<BrokerRecord> {
  if (positions.length === 0) return
  const ends = await admin.offsets(topic)
  const byPartition = Map.groupBy(positions, ({ partition }) => partition)
  /** The offsets wanted of each partition; the next is the last. */
  const wanted = new Map<number, bigint[]>()
  for (const { partition, earliest, latest } of ends) {
    const offsets = (byPartition.get(partition) ?? []).map(({ offset }) => offset)
    const kept = offsets.filter((offset) => offset >= earliest && offset < latest).toSorted(descending)
    if (kept.length > 0) wanted.set(partition, kept)
  }
  if (wanted.size === 0) return
  // A partition of which nothing is wanted is read from its end.
  const from = ends.map(({ partition, latest }) => ({ topic, partition, offset: wanted.get(partition)?.at(-1) ?? latest }))
  for await (const record of admin.read(topic, { from })) {
    if (takeUpTo(record, wanted)) yield record
    if (wanted.size === 0) return
  }
}

/** Drops what is wanted up to this record. @returns whether the record itself is wanted */
function takeUpTo({ partition, offset }: BrokerRecord, wanted: Map<number, bigint[]>): boolean {
  const offsets = wanted.get(partition) ?? []
  let taken: bigint | undefined
  while ((offsets.at(-1) ?? offset + 1n) <= offset) taken = offsets.pop()
  if (offsets.length === 0) wanted.delete(partition)
  return taken === offset
}

const descending = (a: bigint, b: bigint) => (a > b ? -1 : Number(a < b))
