import type { LaneContext } from './laneContext.ts'
import { sendHeld, tellUntold } from './settle.ts'

// A lane publishes its outgoing records right after the save. The outbox row is deleted with the lane's next save, so that it
// needs no statement of its own. Until then `sent` has the ids of the rows whose records were published.

/** Handlers that take longer do not keep the rows of earlier batches. */
const longMs = 2_000

/**
 * Sends what was saved for the lane and may not have been sent, because a process crashed or another replica had the lane.
 * It is sent before later messages are handled: what they produce must not overtake it.
 */
export async function sendPendingOutbox(lane: LaneContext): Promise<void> {
  await lane.retry('send what was saved', async () => {
    for (const { id, outgoing } of await lane.runtime.store.pendingOutbox(lane.name)) {
      if (lane.sent.has(id) || lane.held.hasRow(id)) continue
      await sendHeld(lane)
      const waiting = await lane.held.publishOthers(outgoing, () => true)
      if (waiting.length > 0) lane.held.hold(id, waiting)
      else lane.sent.add(id)
      const untold = lane.untold.findIndex(({ outboxId }) => outboxId === id)
      if (untold >= 0) lane.untold.splice(untold, 1)
    }
  })
}

/**
 * Runs the handlers of a batch. They may take minutes, and no save comes meanwhile: then the rows of earlier batches go without one, or
 * they would look as if nobody published them.
 */
export async function tidyingUp<T>(lane: LaneContext, run: () => Promise<T>): Promise<T> {
  let tidied: Promise<void> | undefined
  const timer = setTimeout(() => {
    tidied = tidyUp(lane)
  }, longMs)
  try {
    return await run()
  } finally {
    clearTimeout(timer)
    // Not beside what the batch saves and publishes.
    await tidied
  }
}

async function tidyUp(lane: LaneContext): Promise<void> {
  await tellUntold(lane)
  await deleteSent(lane)
}

/** Deletes the rows whose records were sent, when no save follows that would delete them. */
export async function deleteSent({ runtime, sent }: LaneContext): Promise<void> {
  const ids = [...sent]
  if (ids.length === 0) return
  try {
    await runtime.store.deleteOutbox(ids)
    for (const id of ids) sent.delete(id)
  } catch (error) {
    runtime.log.debug({ err: error }, 'sent outbox rows stay until the next batch')
  }
}

/** Saves how far the lane is, when no save follows that would. What the store does not know, the inbox does. */
export async function savePositions({ name: lane, runtime, positions }: LaneContext): Promise<void> {
  const all = positions.all()
  if (all.length === 0) return
  const nothing = { handled: [], outgoing: [], rows: new Map(), sagas: [], scheduled: [], sent: [] }
  try {
    await runtime.store.save([{ ...nothing, lane, positions: all }])
    positions.saved(all)
  } catch (error) {
    runtime.log.debug({ err: error }, 'the positions of a lane are saved with its next batch')
  }
}
