import type { OutgoingRecord } from '../broker/port.ts'
import { crashPoints } from './crashPoints.ts'
import type { LaneContext, Untold } from './laneContext.ts'
import { publishOrPark } from './publish.ts'
import type { Outcome } from './unitOfWork.ts'

/** What may wait for others, waits no longer than this. */
const longestWaitMs = 500
const mostWaiting = 20

/** After the save: publishes what was decided. Then the offsets may be committed. */
export async function settle(lane: LaneContext, outcome: Outcome, outboxId: string | undefined): Promise<void> {
  const { runtime, sent } = lane
  const { unit, handled, recovery, failures } = outcome
  const where = { endpoint: runtime.endpoint.name, lane: lane.name }
  lane.conflicts = 0
  crashPoints.saved.publish(where)
  if (handled.length > 0) runtime.report.handled(handled)
  for (const { failed, next } of failures) runtime.report.failed(failed, next)
  const records = [...unit.outgoing, ...recovery, ...aboutDropped(lane)]
  const isDeferred = outboxId !== undefined && mayWait(lane, records)
  const isSaved = (record: OutgoingRecord) => outboxId !== undefined && unit.outgoing.includes(record)
  if (isDeferred) lane.untold.push({ outboxId, records, since: runtime.now() })
  const held = isDeferred ? [] : await publishWithUntold(lane, records, isSaved)
  crashPoints.sent.publish(where)
  for (const id of outcome.needsSave ? unit.sent : []) sent.delete(id)
  if (outcome.needsSave) lane.positions.saved(unit.positions ?? [])
  if (outboxId === undefined || isDeferred) return
  if (held.length > 0) lane.held.hold(outboxId, held)
  else sent.add(outboxId)
}

/**
 * Nobody waits for the audit, and the outbox has it. So where a batch says nothing else it goes with that of later batches: an
 * endpoint that only listens would publish once for each message when there are few.
 */
function mayWait({ runtime, untold }: LaneContext, records: readonly OutgoingRecord[]): boolean {
  const [first] = untold
  if (untold.length >= mostWaiting || (first !== undefined && runtime.now() - first.since >= longestWaitMs)) return false
  return records.every(runtime.audit.isAudit)
}

/** Publishes what was to be told later, and what was dropped: the lane has nothing to do, ends, or goes on with a new batch. */
export async function tellRest(lane: LaneContext): Promise<void> {
  await publishWithUntold(lane, aboutDropped(lane))
}

/** Tells the audit what of a batch was dropped, unless that went with what the others produced. */
export async function tellDropped(lane: LaneContext): Promise<void> {
  if (lane.dropped.length > 0) await tellRest(lane)
}

/**
 * @param isSaved whether the outbox has a record: then it may wait for a topic that is not there
 * @returns those that wait
 */
async function publishWithUntold(
  lane: LaneContext,
  records: readonly OutgoingRecord[],
  isSaved: (record: OutgoingRecord) => boolean = () => false,
): Promise<readonly OutgoingRecord[]> {
  const untold = [...lane.untold]
  let left: readonly OutgoingRecord[] = [...untold.flatMap((each) => each.records), ...records]
  const rest = (records: readonly OutgoingRecord[]) => void (left = records)
  if (left.length > 0)
    await lane.retry('publish messages', async () => {
      await sendHeld(lane)
      await lane.held.publishOthers(left, isSaved, rest)
    })
  wereTold(lane, untold)
  return left
}

/** Sends what waits for topics that were not there, as far as they are now. @throws BrokerUnavailable */
export async function sendHeld({ held, sent }: LaneContext): Promise<void> {
  await held.tryAgain((outboxId) => sent.add(outboxId))
}

/** Publishes what was to be told later, while handlers take their time. Once: if it fails, it goes with what they say. */
export async function tellUntold(lane: LaneContext): Promise<void> {
  const { runtime } = lane
  const untold = [...lane.untold]
  if (untold.length === 0) return
  const records = untold.flatMap((each) => each.records)
  try {
    await publishOrPark(runtime, records)
    wereTold(lane, untold)
  } catch (error) {
    runtime.log.debug({ err: error }, 'what the audit says of earlier messages waits for the next batch')
  }
}

function wereTold(lane: LaneContext, untold: readonly Untold[]): void {
  for (const { outboxId } of untold) lane.sent.add(outboxId)
  lane.untold.splice(0, untold.length)
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
