/** How long somebody still waits for an answer. */
export interface Deadline {
  remainingMs(): number
  /** The same, but no longer than this from now. */
  atMost(ms: number): Deadline
}

/** Milliseconds that the caller still waits. Not a time of day: no two clocks have to agree. */
export const patienceHeader = 'x-patience-ms'

/** An answer needs time to come back: who is asked stops a moment before the caller does. */
const wayBackMs = 50

export function deadlineIn(ms: number): Deadline {
  const at = performance.now() + ms
  const remainingMs = () => at - performance.now()
  return { remainingMs, atMost: (most) => deadlineIn(Math.min(most, remainingMs())) }
}

/** What is told to a neighbour: how long it may take at most. */
export const patienceLeft = (deadline: Deadline): number => Math.max(0, Math.floor(deadline.remainingMs() - wayBackMs))

/** @param header of a request; one that says nothing waits for `otherwiseMs` */
export function deadlineOf(header: string, otherwiseMs: number): Deadline {
  return deadlineIn(/^\d{1,6}$/.test(header) ? Number(header) : otherwiseMs)
}
