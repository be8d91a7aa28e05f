import type { ServerResponse } from 'node:http'
import type { Server as Door } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenServer } from './doors.ts'

const lookEveryMs = 20
/** Longer than an answer may take. With what a drain takes before it is less than a pod has to end (45 s). */
const longestAnswerMs = 15_000

/**
 * Lets the connections go before the process does, without a request that fails: whoever asks once more has an answer, and is
 * told to use another connection next time. One that is not used closes by itself after Node's `keepAliveTimeout`.
 * @param withinMs then nobody is let in any more, and what is left is closed once everybody who waits has an answer: idle ones, and
 *   streams, which browsers open again at another replica
 */
export async function drain({ server, sideDoors, isAnswering }: OpenServer, withinMs: number): Promise<void> {
  const all = [server, ...sideDoors]
  server.prependListener('request', sayGoodbye)
  await untilOrOver(withinMs, async () => (await connectionsOf(all)) === 0)
  for (const door of all) door.close()
  await untilOrOver(longestAnswerMs, () => !isAnswering())
  server.closeAllConnections()
}

async function untilOrOver(withinMs: number, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + withinMs
  while (Date.now() < deadline && !(await isSo())) await sleep(lookEveryMs)
}

const sayGoodbye = (_: unknown, response: ServerResponse) => void response.setHeader('connection', 'close')

async function connectionsOf(doors: readonly Door[]): Promise<number> {
  const counts = await Promise.all(doors.map(countOf))
  return counts.reduce((sum, count) => sum + count, 0)
}

const countOf = (door: Door): Promise<number> =>
  new Promise((resolve, reject) => {
    door.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })
