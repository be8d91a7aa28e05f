import { type Broker, type BrokerRecord, publishTaken, type RefusedLetter } from '@petrel/messaging/operations'
import { foreignReplayRecord, foreignReplayTopic } from './replayRecord.ts'

/** A dead letter of others that goes back now. */
export interface ForeignSendable {
  readonly record: BrokerRecord
  /** Its failings that are open. */
  readonly positions: readonly string[]
}

/**
 * Sends dead letters of others to the topics that they came from. Nothing marks them there: one that is sent twice, since this was
 * interrupted, is heard twice.
 * @returns those that cannot be sent. @throws BrokerUnavailable
 */
export async function sendForeign(
  letters: readonly ForeignSendable[],
  { broker }: { readonly broker: Broker },
): Promise<RefusedLetter[]> {
  if (letters.length === 0) return []
  const topics = new Set(letters.flatMap(({ record }) => foreignReplayTopic(record) ?? []))
  const partitions = await broker.admin.partitions([...topics])
  const made = letters.map(({ record, positions }) => {
    const place = `${record.topic}/${record.partition}/${record.offset}`
    const outgoing = foreignReplayRecord(record, positions.at(-1) ?? place, partitions.get(foreignReplayTopic(record) ?? ''))
    return { place, ...outgoing }
  })
  const ready = made.flatMap((each) => ('record' in each ? [each.record] : []))
  const refusals = await publishTaken(broker, ready)
  return made.flatMap((each) => {
    if ('problem' in each) return [{ place: each.place, reason: each.problem }]
    const refusal = refusals.get(each.record)
    return refusal === undefined ? [] : [{ place: each.place, reason: refusal.message }]
  })
}
