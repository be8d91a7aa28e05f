import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The clone. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Everything that running Petrel leaves on the disk. */
export const LOCAL = join(ROOT, '.local')

/** Downloaded once; `npm run reset` leaves them. */
export const JARS = join(LOCAL, 'jars')

/** Node's compile cache, for everything that runs here. */
export const COMPILED = join(LOCAL, 'compiled')

/** Databases, topics, schemas and mails of the local system. */
export const DATA = join(LOCAL, 'data')

export const LOGS = join(LOCAL, 'logs')

/** Names the process that runs the local system. */
export const START_PID = join(LOCAL, 'start.pid')

/** Addresses and the services' environments of the running system, for `petrel` and `npm run service`. */
export const ENVIRONMENT = join(LOCAL, 'environment.json')

const FAULTS = join(LOCAL, 'faults')

/** While it exists, the service's handlers fail. */
export const faultFile = (service: string): string => join(FAULTS, service)

/** Names the process that runs the service. */
export const servicePid = (service: string): string => join(LOCAL, 'services', `${service}.pid`)

export const serviceLog = (service: string): string => join(LOGS, `${service}.log`)

/** What `npm run reset` removes. */
export const RESETTABLE: readonly string[] = [DATA, LOGS, FAULTS, join(LOCAL, 'services'), ENVIRONMENT]
