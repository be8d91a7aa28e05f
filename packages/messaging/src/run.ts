import type { z } from 'zod'
import type { Endpoint } from './definition/endpoint.ts'
import { type Service, start, type StartOptions } from './service.ts'
import { type Environment, readEnvironment, readSettings } from './settings.ts'

/**
 * What a service's `main.ts` calls: starts an endpoint, and stops it in order on SIGTERM or SIGINT. What keeps it from
 * starting is said in one line, and ends the process with 1.
 * @param environment usually `process.env`; see `settings.ts` for what is read
 */
export async function run(endpoint: Endpoint, environment: Environment, options: StartOptions = {}): Promise<Service> {
  const service = await startOrExit(endpoint, environment, options)
  service.log.info({ event: 'joined' }, `${endpoint.name} is handling messages`)
  stopOnSignal(service, endpoint.name)
  return service
}

/**
 * A service's own settings, beside those that `run` reads: in `main.ts` and nowhere else. Variables that are missing or
 * wrong are all named in one line, and the process ends with 1.
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

function stopOnSignal(service: Service, name: string): void {
  const stop = (signal: string) => {
    service.log.info({ event: 'stopping', signal }, `${name} finishes what it has in hand`)
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        service.log.error({ err: error }, `${name} could not stop in order; what was in hand comes again`)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, stop)
}
