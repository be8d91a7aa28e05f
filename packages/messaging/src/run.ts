import type { z } from 'zod'
import type { Endpoint } from './definition/endpoint.ts'
import { type Service, start, type StartOptions } from './service.ts'
import { type Environment, readEnvironment, readSettings } from './settings.ts'

/**
 * What a service's `main.ts` calls: starts an endpoint, and stops it in order on SIGTERM or SIGINT. If it cannot start, one
 * line on standard error gives the reason, and the process exits with 1.
 * @param environment usually `process.env`; see `settings.ts` for what is read
 */
export async function run(endpoint: Endpoint, environment: Environment, options: StartOptions = {}): Promise<Service> {
  const notJoined = endsBeforeJoining()
  const service = await startOrExit(endpoint, environment, options)
  notJoined.over()
  service.log.info({ event: 'joined' }, `${endpoint.name} is handling messages`)
  stopOnSignal(service, endpoint.name)
  return service
}

/**
 * Reads a service's own settings, besides those that `run` reads. Only `main.ts` calls it. If variables are missing or wrong,
 * one line names all of them, and the process exits with 1.
 */
export function ownSettings<S extends z.ZodType>(service: string, schema: S, environment: Environment): z.infer<S> {
  try {
    return readEnvironment(schema, environment)
  } catch (error) {
    return exit(service, error)
  }
}

async function startOrExit(...[endpoint, environment, options]: Required<Parameters<typeof run>>): Promise<Service> {
  try {
    return await start(endpoint, readSettings(environment), options)
  } catch (error) {
    return exit(endpoint.name, error)
  }
}

function exit(service: string, error: unknown): never {
  process.stderr.write(`${service} cannot start. ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

const signals = ['SIGTERM', 'SIGINT'] as const

/**
 * Until the endpoint has joined there is nothing to bring to an end. Without a listener the first process of a container would
 * ignore the signal, and its cluster would wait and then kill it.
 */
function endsBeforeJoining() {
  for (const signal of signals) process.once(signal, endAtOnce)
  return { over: () => signals.forEach((signal) => process.off(signal, endAtOnce)) }
}

const endAtOnce = () => process.exit(0)

function stopOnSignal(service: Service, name: string): void {
  const stop = (signal: string) => {
    service.log.info({ event: 'stopping', signal }, `${name} finishes what it has begun`)
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        service.log.error({ err: error }, `${name} could not stop in order; what it had begun comes again`)
        process.exit(1)
      },
    )
  }
  for (const signal of signals) process.once(signal, stop)
}
