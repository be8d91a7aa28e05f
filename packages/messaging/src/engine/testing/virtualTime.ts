import { afterEach, beforeEach, vi } from 'vitest'

/** Turns of the event loop in which everything that does not wait for a time comes to rest. */
const turnsToRest = 25
const deadlineMs = 4_000

/** In this file time passes only when a test lets it; the event loop goes on. */
export function useVirtualTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.UTC(2030, 0, 1) })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
}

/** Everything that can be done without time passing is done. */
export async function rest(): Promise<void> {
  for (let turn = 0; turn < turnsToRest; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** Lets time pass, and what it sets off come to rest. */
export async function pass(ms: number): Promise<void> {
  await rest()
  await vi.advanceTimersByTimeAsync(ms)
  await rest()
}

/** Lets time pass from timer to timer until the condition holds. @throws Error when it does not within 4 real seconds */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const begun = performance.now()
  for (;;) {
    await rest()
    if (await condition()) return
    if (performance.now() - begun > deadlineMs) throw new Error(`In vain waited until ${what}`)
    await vi.advanceTimersToNextTimerAsync()
  }
}
