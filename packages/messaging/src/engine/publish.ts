import { BrokerUnavailable, type OutgoingRecord, RecordRefused, TopicMissing, TopicUnavailable } from '../broker/port.ts'
import { sizeOf } from '../broker/size.ts'
import { bisect } from './bisect.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'
import { parkRefused } from './parkedRecord.ts'

/**
 * Publishes records. One that its topic refuses goes to the dead letter topic instead, and the others are published again:
 * some of them may then be in Kafka twice, with one id. A record of the audit keeps no other from being published: it waits
 * aside while its topic does not take it.
 * @throws BrokerUnavailable, also when the dead letter topic refuses even the smallest dead letter: a person must mend that
 */
export async function publishOrPark(runtime: EndpointRuntime, records: readonly OutgoingRecord[]): Promise<void> {
  let left = runtime.audit.isHolding ? withoutAudit(runtime, records) : records
  while (left.length > 0) {
    try {
      await runtime.broker.publish(left)
      return runtime.audit.published(left)
    } catch (error) {
      // It may be the audit's topic. If it is that of another record, that one fails again.
      if (error instanceof TopicUnavailable && left.some(runtime.audit.isAudit)) return publishOthersFirst(runtime, left)
      if (error instanceof BrokerUnavailable) throw error
      if (!(error instanceof RecordRefused) || !left.includes(error.record)) return findRefused(runtime, left, error)
      const parked = park(runtime, error)
      left = left.flatMap((record) => (record === error.record ? parked : record))
    }
  }
}

/** {@link publishOrPark} for those of the records whose topics are there. @returns the others */
export async function publishPresent(
  runtime: EndpointRuntime,
  records: readonly OutgoingRecord[],
): Promise<readonly OutgoingRecord[]> {
  if (records.length === 0) return []
  try {
    await publishOrPark(runtime, records)
    runtime.missingTopics.areThere(records)
    return []
  } catch (error) {
    if (!(error instanceof TopicMissing)) throw error
    const byTopic = [...Map.groupBy(records, ({ topic }) => topic)]
    const [only, ...others] = byTopic
    if (only !== undefined && others.length === 0) {
      runtime.missingTopics.isMissing(only[0])
      return records
    }
    // Which one it is, only one alone shows.
    const left: OutgoingRecord[] = []
    for (const [, those] of byTopic) left.push(...(await publishPresent(runtime, those)))
    return left
  }
}

/** If the others are published, it was the topic of the audit that is not there. */
async function publishOthersFirst(runtime: EndpointRuntime, records: readonly OutgoingRecord[]): Promise<void> {
  await publishOrPark(
    runtime,
    records.filter((record) => !runtime.audit.isAudit(record)),
  )
  withoutAudit(runtime, records)
}

/** @returns the others; those of the audit wait aside */
function withoutAudit({ audit }: EndpointRuntime, records: readonly OutgoingRecord[]): OutgoingRecord[] {
  const { ofAudit = [], others = [] } = Object.groupBy(records, (record) => (audit.isAudit(record) ? 'ofAudit' : 'others'))
  if (ofAudit.length > 0) audit.hold(ofAudit)
  return others
}

/** @returns what is published instead: a dead letter, and nothing for a record of the audit */
function park(runtime: EndpointRuntime, refused: RecordRefused): OutgoingRecord[] {
  if (runtime.audit.isAudit(refused.record)) {
    runtime.audit.notTaken(refused)
    return []
  }
  const parked = parkRefused(runtime, refused)
  if (parked === undefined)
    throw new BrokerUnavailable(
      `The dead letter topic ${refused.record.topic} refuses even a record without body (${refused.message}). Raise its max.message.bytes.`,
      { cause: refused },
    )
  runtime.report.parked(refused, parked)
  return [parked]
}

/** The adapter failed without naming a record. One of them must be the cause, and counts as refused. */
async function findRefused(runtime: EndpointRuntime, records: readonly OutgoingRecord[], error: unknown): Promise<void> {
  await bisect(
    records,
    (half) => publishOrPark(runtime, half),
    (record) => publishOrPark(runtime, park(runtime, new RecordRefused(record, sizeOf(record), String(error), { cause: error }))),
  )
}
