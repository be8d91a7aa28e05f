import type { Server, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const lookEveryMs = 20

/**
 * Lets the connections go before the process does, without a request that fails: whoever asks once more has an answer, and is
 * told to use another connection next time. One that is not used closes by itself after Node's `keepAliveTimeout`.
 * @param withinMs then what is left is closed: idle ones, and streams, which browsers open again at another replica
 */
export async function drain(server: Server, withinMs: number): Promise<void> {
  server.prependListener('request', sayGoodbye)
  const deadline = Date.now() + withinMs
  while (Date.now() < deadline && (await connectionsOf(server)) > 0) await sleep(lookEveryMs)
  server.close()
  server.closeAllConnections()
}

const sayGoodbye = (_: unknown, response: ServerResponse) => void response.setHeader('connection', 'close')

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })
