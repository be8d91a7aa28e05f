import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { hangUps } from './hangUps.ts'

/** Takes connections, and hangs up on all that it has when told to. */
async function hangingUp() {
  const open = new Set<Socket>()
  const server = createServer((socket) => void open.add(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    /** When it has taken so many. */
    async hangUp(connections: number) {
      while (open.size < connections) await once(server, 'connection')
      for (const socket of open) socket.end()
      open.clear()
    },
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

function watched() {
  const refused: string[] = []
  const watch = hangUps(false, (place) => refused.push(place))
  return {
    refused,
    /** A connection that is open. */
    async begin(this: void, port: number): Promise<Socket> {
      const socket = connect({ port, host: '127.0.0.1' })
      watch('broker', socket)
      await once(socket, 'connect')
      return socket.resume()
    },
    async fail(this: void, port: number) {
      const socket = connect({ port, host: '127.0.0.1' })
      watch('broker', socket)
      await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED')
    },
  }
}

test('who hangs up on each connection, one after another, does not let us in', async () => {
  await using server = await hangingUp()
  const { refused, begin } = watched()
  for (const before of [0, 0, 1]) {
    const socket = await begin(server.port)
    await server.hangUp(1)
    await once(socket, 'close')
    expect(refused).toHaveLength(before)
  }
})

test('who hangs up on all at once has gone', async () => {
  await using server = await hangingUp()
  const { refused, begin } = watched()
  const sockets = await Promise.all([0, 1, 2, 3, 4].map(() => begin(server.port)))
  const closed = Promise.all(sockets.map((socket) => once(socket, 'close')))
  await server.hangUp(5)
  await closed
  expect(refused).toEqual([])
})

test('who does not take connections in between has gone, too', async () => {
  const { refused, begin, fail } = watched()
  for (const _ of [0, 1, 2, 3]) {
    const port = await hangUpOnce(begin)
    await fail(port)
  }
  expect(refused).toEqual([])
})

/** @returns where nobody listens any more */
async function hangUpOnce(begin: (port: number) => Promise<Socket>): Promise<number> {
  await using server = await hangingUp()
  const socket = await begin(server.port)
  await server.hangUp(1)
  await once(socket, 'close')
  return server.port
}
