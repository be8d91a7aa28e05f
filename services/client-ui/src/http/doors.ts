import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type ListenOptions, type Server as Door } from 'node:net'

/** A web server, and the sockets besides its own by which connections come to it. */
export interface OpenServer {
  readonly server: Server
  readonly sideDoors: readonly Door[]
  /** Whether somebody waits for an answer. A stream that has begun is none. */
  readonly isAnswering: () => boolean
}

const doors = 8

/** Elsewhere a second socket cannot listen at the same port. */
const mayShare = process.platform === 'linux'

/**
 * Listens at a port with several sockets. Node takes one new connection from a socket in each turn of its event loop
 * (libuv, since 1.45). In a rush turns are long, a socket lets in about a hundred customers a second, and its queue grows until
 * nobody gets into it: these try again after 1, 3 and 7 seconds. The kernel spreads customers over all sockets of a port.
 * @throws Error with the code EADDRINUSE when the port is taken
 */
export async function openDoors(server: Server, { port = 0, host }: ListenOptions): Promise<OpenServer> {
  const where: ListenOptions = { port, ...(host !== undefined && { host }) }
  if (mayShare && port !== 0) await refuseTaken(where)
  await listening(server, { ...where, reusePort: mayShare })
  const answers = answersOf(server)
  const taken = (server.address() as AddressInfo).port
  const sideDoors = Array.from({ length: mayShare ? doors - 1 : 0 }, () =>
    createServer({ noDelay: true }, (socket) => void server.emit('connection', socket)),
  )
  await Promise.all(sideDoors.map((door) => listening(door, { ...where, port: taken, reusePort: true })))
  const isAnswering = () => [...answers].some(({ headersSent, writableEnded }) => !headersSent || writableEnded)
  return { server, sideDoors, isAnswering }
}

/** Those that are not over. */
function answersOf(server: Server): ReadonlySet<ServerResponse> {
  const answers = new Set<ServerResponse>()
  server.on('request', (_, response) => {
    answers.add(response)
    response.once('close', () => answers.delete(response))
  })
  return answers
}

/** Sockets that share a port would also share it with another program that does so. */
async function refuseTaken(where: ListenOptions): Promise<void> {
  const probe = createServer()
  await listening(probe, where)
  const closed = once(probe, 'close')
  probe.close()
  await closed
}

async function listening(door: Door, options: ListenOptions): Promise<void> {
  await once(door.listen(options), 'listening')
}
