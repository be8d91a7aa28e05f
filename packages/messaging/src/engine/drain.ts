import { milliseconds } from '../definition/duration.ts'
import type { RunningHandlers } from './runningHandlers.ts'

/** How long running handlers may take when the endpoint stops, and then the last save. Together it is less than the 30 seconds that Kubernetes allows. */
const handlersMs = milliseconds('20s')
const lastSaveMs = milliseconds('3s')

/**
 * Stops an endpoint within a limited time. `stop` begins no further message and waits for running handlers. Handlers that
 * take too long are interrupted, and their messages are given back. After that nothing waits for store or broker any more:
 * unsaved messages come again, and the outbox has what was saved.
 */
export async function drain(running: RunningHandlers, giveUp: AbortController, stop: () => Promise<unknown>): Promise<void> {
  const interruptTimer = setTimeout(() => running.interruptAll(), handlersMs)
  const giveUpTimer = setTimeout(() => giveUp.abort(), handlersMs + lastSaveMs)
  try {
    await stop()
  } finally {
    clearTimeout(interruptTimer)
    clearTimeout(giveUpTimer)
    running.close()
  }
}
