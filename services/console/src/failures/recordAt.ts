import { type BrokerAdmin, type BrokerRecord, type Position, recordsAt } from '@petrel/messaging/operations'

/** The record at a place; undefined when it is no longer there. @throws BrokerUnavailable */
export async function recordAt({ topic, partition, offset }: Position, admin: BrokerAdmin): Promise<BrokerRecord | undefined> {
  if (!(await admin.partitions([topic])).has(topic)) return undefined
  for await (const record of recordsAt(topic, [{ partition, offset }], admin)) return record
  return undefined
}
