import { type Broker, type OutgoingRecord, RecordRefused } from '../broker/port.ts'

/**
 * Publishes records, of which one that Kafka refuses keeps none of the others back. After a refusal each goes alone, and
 * some then go a second time.
 * @returns those that were refused, and why. @throws BrokerUnavailable
 */
export async function publishTaken(
  broker: Pick<Broker, 'publish'>,
  records: readonly OutgoingRecord[],
): Promise<Map<OutgoingRecord, RecordRefused>> {
  const refusal = await publish(broker, records)
  if (refusal === undefined) return new Map()
  const refusals = new Map<OutgoingRecord, RecordRefused>()
  for (const record of records) {
    const own = records.length === 1 ? refusal : await publish(broker, [record])
    if (own !== undefined) refusals.set(record, own)
  }
  return refusals
}

async function publish(broker: Pick<Broker, 'publish'>, records: readonly OutgoingRecord[]): Promise<RecordRefused | undefined> {
  try {
    await broker.publish(records)
    return undefined
  } catch (error) {
    if (error instanceof RecordRefused) return error
    throw error
  }
}
