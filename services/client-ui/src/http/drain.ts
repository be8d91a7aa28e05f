import type { ServerResponse } from 'node:http'
import type { Server as Door } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenServer } from './doors.ts'

const lookEveryMs = 20

/**
 * Lets the connections go before the process does, without a request that fails: whoever asks once more has an answer, and is
 * told to use another connection next time. One that is not used closes by itself after Node's `keepAliveTimeout`.
 * @param withinMs then what is left is closed: idle ones, and streams, which browsers open again at another replica
 */
export async function drain({ server, sideDoors }: OpenServer, withinMs: number): Promise<void> {
  const all = [server, ...sideDoors]
  server.prependListener('request', sayGoodbye)
  const deadline = Date.now() + withinMs
  while (Date.now() < deadline && (await connectionsOf(all)) > 0) await sleep(lookEveryMs)
  for (const door of all) door.close()
  server.closeAllConnections()
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
