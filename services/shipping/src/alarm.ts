import type { Duration } from '@petrel/messaging'

/** How long after it was accepted an order should be on its way. */
const patienceMs = 30_000
/** What an order gets all the same that is late when shipping begins with it: the others may answer any moment. */
const graceMs = 5_000

/** How long from `now` until shipping looks whether the order is ready. The clock began when the customer got an answer. */
export function alarmAfter(acceptedAt: Date, now: Date): Duration {
  const waitedMs = Math.max(0, now.getTime() - acceptedAt.getTime())
  return `${Math.max(patienceMs - waitedMs, graceMs)}ms`
}
