import { afterEach, beforeEach, vi } from 'vitest'

/** Turns of the event loop after which nothing more happens until a timer fires. */
const turnsUntilIdle = 25
/** Real time: it only ends a test that waits for what never happens, and a busy machine must not. */
const deadlineMs = 20_000
const stepMs = 1_000

/** Timers fire and the clock moves only when a test makes time pass. The event loop runs as always. */
export function useVirtualTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.UTC(2030, 0, 1) })
  })
  afterEach(() => {
    // Before the clock goes: later, a spy on a timer would put back the fake one, which never fires then.
    vi.restoreAllMocks()
    vi.useRealTimers()
  })
}

/** Waits until nothing more happens without time passing. */
export async function untilIdle(): Promise<void> {
  for (let turn = 0; turn < turnsUntilIdle; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** Lets time pass, slowly enough for what each timer begins, and waits until nothing more happens. */
export async function passTime(ms: number): Promise<void> {
  await untilIdle()
  for (let left = ms; left > 0; left -= stepMs) {
    await vi.advanceTimersByTimeAsync(Math.min(left, stepMs))
    await untilIdle()
  }
}

/** Lets time pass from timer to timer until the condition holds. @throws Error when it does not within 20 real seconds */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const begun = performance.now()
  for (;;) {
    await untilIdle()
    if (await condition()) return
    if (performance.now() - begun > deadlineMs) throw new Error(`Still waiting until ${what}`)
    await vi.advanceTimersToNextTimerAsync()
  }
}
