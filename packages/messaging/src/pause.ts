/**
 * Resolves when the time is over, or at once when the signal is aborted. The timer is the global one, which fake timers
 * replace, so tests can move time. They do not reach `node:timers/promises`.
 */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}
