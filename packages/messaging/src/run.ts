import type { Endpoint } from './definition/endpoint.ts'
import { type Service, start, type StartOptions } from './service.ts'
import { readSettings } from './settings.ts'

/**
 * What a service's `main.ts` calls: starts an endpoint, and stops it in order on SIGTERM or SIGINT. What keeps it from
 * starting is said in one line, and ends the process with 1.
 * @param environment usually `process.env`; see `settings.ts` for what is read
 */
export async function run(
  endpoint: Endpoint,
  environment: Readonly<Record<string, string | undefined>>,
  options: StartOptions = {},
): Promise<Service> {
  const service = await startOrExit(endpoint, environment, options)
  service.log.info({ event: 'joined' }, `${endpoint.name} is handling messages`)
  stopOnSignal(service, endpoint.name)
  return service
}

async function startOrExit(...[endpoint, environment, options]: Required<Parameters<typeof run>>): Promise<Service> {
  try {
    return await start(endpoint, readSettings(environment), options)
  } catch (error) {
    process.stderr.write(`${endpoint.name} cannot start. ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
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
