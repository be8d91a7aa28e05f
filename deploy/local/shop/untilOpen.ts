import { setTimeout as sleep } from 'node:timers/promises'
import { answersOk } from '../processes/answersOk.ts'

/** Without one of these a new shop has nothing on its shelves. */
const NEEDED = ['client-ui', 'sales', 'stock']
const LONGEST_WAIT_MS = 30_000

/** Resolves when the page takes orders: the first products travel through sales and stock before they are on it. */
export async function untilOpen(clientUiPort: number, without: readonly string[], signal: AbortSignal): Promise<void> {
  if (NEEDED.some((service) => without.includes(service))) return
  const deadline = Date.now() + LONGEST_WAIT_MS
  while (!signal.aborted && Date.now() < deadline) {
    if (await answersOk(`http://127.0.0.1:${clientUiPort}/ready`)) return
    await sleep(50)
  }
}
