import { createServer, type AddressInfo } from 'node:net'
import { Problem } from './problem.ts'

/** A port that somebody of the stack will listen on, and the variable that moves it. */
export interface PortUse {
  readonly port: number
  readonly what: string
  readonly variable: string
}

/** @throws Problem naming every port that another program holds, and how to move each. */
export async function assertPortsFree(uses: readonly PortUse[]): Promise<void> {
  const taken = (await Promise.all(uses.map(async (use) => ((await isFree(use.port)) ? [] : [use])))).flat()
  if (taken.length === 0) return
  const lines = taken.map(
    ({ port, what, variable }) =>
      `Port ${port} (${what}) is in use by another program. Stop that program, or move ours: ${variable}=${port + 100}`,
  )
  throw new Problem(lines.join('\n'))
}

/** One after the other: our own two attempts would be in each other's way. */
async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, '0.0.0.0'))
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** As many ports as asked for that nobody listens on at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listenAnywhere()))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

function listenAnywhere(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port: 0, host: '127.0.0.1' }, () => resolve(server))
  })
}
