import { setTimeout as sleep } from 'node:timers/promises'

/** Tries until the check does not throw. @returns what it returned. @throws its last error when the time is over. */
export async function eventually<T>(check: () => T | Promise<T>, { withinMs = 20_000, everyMs = 50 } = {}): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() >= deadline) throw error
      await sleep(everyMs)
    }
  }
}
