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
  const records = [...unit.outgoing, ...recovery]
  if (records.length > 0) await lane.retry('publish messages', () => publishOrPark(runtime, records))
  crashPoints.sent.publish(where)
  for (const id of outcome.needsSave ? unit.sent : []) sent.delete(id)
  if (outboxId !== undefined) sent.add(outboxId)
}
