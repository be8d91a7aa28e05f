import { createServer, type AddressInfo } from 'node:net'
import { Problem } from '../problem.ts'
import type { Elsewhere } from './elsewhere.ts'

export interface StackPorts {
  readonly kafka: number
  readonly kafkaController: number
  readonly registry: number
  readonly postgres: number
}

/** A port that one of our programs will listen on, and the variable that moves it. */
export interface PortUse {
  readonly port: number
  readonly what: string
  readonly variable: string
}

/** The ports of what is started here. */
export function portsToUse(ports: StackPorts, { kafkaBrokers, registryUrl, databaseUrl }: Elsewhere): PortUse[] {
  const kafka = [
    { port: ports.kafka, what: 'Kafka', variable: 'KAFKA_PORT' },
    { port: ports.kafkaController, what: "Kafka's controller", variable: 'KAFKA_CONTROLLER_PORT' },
  ]
  const registry = { port: ports.registry, what: 'schema registry', variable: 'REGISTRY_PORT' }
  const postgres = { port: ports.postgres, what: 'PostgreSQL', variable: 'POSTGRES_PORT' }
  return [...(kafkaBrokers ? [] : kafka), ...(registryUrl ? [] : [registry]), ...(databaseUrl ? [] : [postgres])]
}

/** @throws Problem naming every port that cannot be used, and how to move each */
export async function assertPortsFree(uses: readonly PortUse[]): Promise<void> {
  const problems = await Promise.all(uses.map(problemWith))
  const found = problems.filter((problem) => problem !== undefined)
  if (found.length > 0) throw new Problem(found.join('\n'))
}

async function problemWith({ port, what, variable }: PortUse): Promise<string | undefined> {
  // One after the other: our own two attempts would be in each other's way.
  const code = (await listen(port, '127.0.0.1')) ?? (await listen(port, '0.0.0.0'))
  if (code === undefined) return undefined
  const move = `${variable}=${port < 1024 ? port + 8000 : port + 100}`
  if (code === 'EADDRINUSE')
    return `Port ${port} (${what}) is in use by another program. Stop that program, or move ours: ${move}`
  return `Port ${port} (${what}) cannot be used by this user (${code}). Move it: ${move}`
}

/** @returns why nobody can listen there; undefined when one can */
function listen(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)))
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
