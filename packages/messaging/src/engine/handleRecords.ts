import type { BrokerRecord } from '../broker/port.ts'
import type { Failed } from './attempt.ts'
import { handleBatch } from './batch.ts'
import { bisect } from './bisect.ts'
import { openEnvelope } from './envelope.ts'
import type { LaneContext } from './laneContext.ts'
import { publishOrPark } from './publish.ts'
import { toRecoveryRecord } from './recoveryRecord.ts'
import { isUnavailable, Stopped } from './retryUntilStopped.ts'
import { toldAsFailed } from './unitOfWork.ts'

/**
 * {@link handleBatch}, with an answer to errors that nobody has expected. When store, broker and registry are there, the error
 * must be the fault of a record. That record is found by halving, and becomes a dead letter. The others are handled.
 */
export async function handleRecords(lane: LaneContext, records: readonly BrokerRecord[]): Promise<ReadonlySet<BrokerRecord>> {
  try {
    return await handleBatch(lane, records)
  } catch (error) {
    if (error instanceof Stopped || isUnavailable(error)) throw error
    const givenBack = new Set<BrokerRecord>()
    await bisect(
      records,
      async (half) => {
        for (const record of await handleRecords(lane, half)) givenBack.add(record)
      },
      (record) => deadLetter(lane, record, error),
    )
    return givenBack
  }
}

async function deadLetter(lane: LaneContext, record: BrokerRecord, error: unknown): Promise<void> {
  const { runtime } = lane
  const envelope = openEnvelope(record)
  const delivery = { envelope, route: undefined, data: undefined, undeliverable: undefined, chain: envelope.id, tries: 0 }
  const timing = { startedAt: runtime.now(), seconds: 0 }
  const failed: Failed = { delivery, error, tries: 1, ...timing, destination: { kind: 'dead-letter' } }
  const next = toRecoveryRecord(runtime, failed)
  runtime.guard.failed(error)
  runtime.report.failed(failed, next)
  const told = runtime.audit.about(lane.name, [toldAsFailed({ failed, next })])
  const records = next.kind === 'schedule' ? [] : [next.record, ...told]
  await lane.retry('publish a dead letter', () => publishOrPark(runtime, records))
}
