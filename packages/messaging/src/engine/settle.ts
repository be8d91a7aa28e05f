import type { OutgoingRecord } from '../broker/port.ts'
import { crashPoints } from './crashPoints.ts'
import type { LaneContext } from './laneContext.ts'
import { publishOrPark } from './publish.ts'
import type { Outcome } from './unitOfWork.ts'

/** After the save: publishes what was decided. Then the offsets may be committed. */
export async function settle(lane: LaneContext, outcome: Outcome, outboxId: string | undefined): Promise<void> {
  const { runtime, sent } = lane
  const { unit, handled, recovery, failures } = outcome
  const where = { endpoint: runtime.endpoint.name, lane: lane.name }
  lane.conflicts = 0
  crashPoints.saved.publish(where)
  if (handled.length > 0) runtime.report.handled(handled)
  for (const { failed, next } of failures) runtime.report.failed(failed, next)
  await publish(lane, [...unit.outgoing, ...recovery, ...aboutDropped(lane)])
  crashPoints.sent.publish(where)
  for (const id of outcome.needsSave ? unit.sent : []) sent.delete(id)
  if (outboxId !== undefined) sent.add(outboxId)
}

/** Tells the audit what of a batch was dropped, unless that went with what the others produced. */
export const tellDropped = (lane: LaneContext): Promise<void> => publish(lane, aboutDropped(lane))

async function publish(lane: LaneContext, records: readonly OutgoingRecord[]): Promise<void> {
  if (records.length > 0) await lane.retry('publish messages', () => publishOrPark(lane.runtime, records))
}

/** What was dropped is told once. If it is not published because the endpoint stops, the batch comes again. */
function aboutDropped({ name, dropped, runtime }: LaneContext): OutgoingRecord[] {
  if (dropped.length === 0) return []
  const told = { outcome: 'duplicate', tries: 0, startedAt: runtime.now(), seconds: 0 } as const
  return runtime.audit.about(
    name,
    dropped.splice(0).map((delivery) => ({ delivery, ...told })),
  )
}
