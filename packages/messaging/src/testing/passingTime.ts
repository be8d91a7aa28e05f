import { setImmediate } from 'node:timers'
import { type Duration, milliseconds } from '../definition/duration.ts'

/** Lets a test's fake time pass, as `vi.advanceTimersByTime` does. @param ms milliseconds */
export type AdvanceTimers = (ms: number) => unknown

/** What goes on in a test. */
export interface Activity {
  /** How often something has happened so far. */
  changes(): number
  /** Whether something is under way that needs no time to pass: a handler, a query. */
  isBusy(): boolean
  /** When there is something to do, in milliseconds since the epoch: 0 for at once, Infinity for never. */
  dueAt(): Promise<number>
  /** What is not done yet, for a person. */
  describe(): string
}

/** The time of a test: real, or fake time that the test moves. */
export interface PassingTime {
  /** Resolves when nothing is left to do before its time. @throws Error when that takes too long */
  readonly settled: () => Promise<void>
  /** Moves fake time from one thing that is due to the next. */
  readonly advance: (by: Duration) => Promise<void>
  /** Lets time pass until the work is done. `isBusy` says when it needs no time to pass. */
  readonly passUntil: (work: Promise<unknown>, isBusy: () => boolean) => Promise<void>
}

/** Turns of the event loop in which everything comes to rest that does not wait for time to pass. */
const turnsToRest = 25

const realNow = performance.now.bind(performance)

interface PassingTimeOptions {
  /** How long to wait for everything to settle, in real milliseconds. */
  readonly timeoutMs: number
  /** Without it time is real. */
  readonly advanceTimers: AdvanceTimers | undefined
}

export function passingTime(activity: Activity, { timeoutMs, advanceTimers }: PassingTimeOptions): PassingTime {
  /** What is handled while endpoints are asked one after the other may be work for one that was asked before. */
  const isSettled = async () => {
    const before = activity.changes()
    return !activity.isBusy() && (await activity.dueAt()) > Date.now() && activity.changes() === before
  }
  const settled = async () => {
    const begun = realNow()
    const turn = turns(activity, advanceTimers)
    while (!(await isSettled())) {
      if (realNow() - begun > timeoutMs) throw new Error(`Not settled within ${timeoutMs} ms. ${activity.describe()}`)
      await turn()
    }
  }
  return {
    settled,
    async advance(by) {
      if (advanceTimers === undefined)
        throw new TypeError('Time is real here. Give startInMemory the option { advanceTimers: vi.advanceTimersByTime }.')
      const end = Date.now() + milliseconds(by)
      await settled()
      while (Date.now() < end) {
        await advanceTimers(Math.min(await activity.dueAt(), end) - Date.now())
        await settled()
      }
    },
    async passUntil(work, isBusy) {
      const done = work.then(() => true)
      const turn = turns({ ...activity, isBusy }, advanceTimers)
      while (!(await Promise.race([done, turn().then(() => false)])));
    },
  }
}

/**
 * Waits for one turn of the event loop after the other. Where nothing happens any more, something waits for time to pass,
 * a pause before another try for example: then fake time is moved on, by little at first.
 */
function turns(
  { changes, isBusy }: Pick<Activity, 'changes' | 'isBusy'>,
  advanceTimers: AdvanceTimers | undefined,
): () => Promise<void> {
  let quiet = 0
  let before = changes()
  let stepMs = 1
  return async () => {
    await new Promise((resolve) => setImmediate(resolve))
    quiet = isBusy() ? 0 : quiet + 1
    if (quiet < turnsToRest) return
    quiet = 0
    stepMs = changes() === before ? stepMs * 2 : 1
    before = changes()
    if (stepMs > 1) await advanceTimers?.(stepMs / 2)
  }
}
