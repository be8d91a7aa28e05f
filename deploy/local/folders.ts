import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The clone. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Everything that running Petrel leaves on the disk. */
export const LOCAL = join(ROOT, '.local')

/** Downloaded once; `npm run reset` leaves them. */
export const JARS = join(LOCAL, 'jars')

/** Node's compile cache, for everything that runs there. */
export const compiledIn = (root: string) => join(root, '.local', 'compiled')

/** That of this clone. */
export const COMPILED = compiledIn(ROOT)

/** What one running system leaves. A test that starts a system of its own, beside yours, gives it a folder of its own. */
const SYSTEM = process.env['PETREL_SYSTEM_FOLDER'] ?? LOCAL

/** Databases, topics, schemas and mails of the local system. */
export const DATA = join(SYSTEM, 'data')

/** The same of `npm start -- --secure`: servers with closed doors do not take what was kept with open ones. */
export const SECURE_DATA = join(SYSTEM, 'data-secure')

export const LOGS = join(SYSTEM, 'logs')

/** Names the process that runs the local system. */
export const START_PID = join(SYSTEM, 'start.pid')

/** Addresses and the services' environments of the running system, for `petrel` and `npm run service`. */
export const ENVIRONMENT = join(SYSTEM, 'environment.json')

const FAULTS = join(SYSTEM, 'faults')

/** What Prometheus is told; what it has measured is in DATA. */
export const PROMETHEUS = join(SYSTEM, 'prometheus')

const SERVICES = join(SYSTEM, 'services')

/** While it exists, the service's handlers fail. */
export const faultFile = (service: string): string => join(FAULTS, service)

/** Names the process that runs the service. */
export const servicePid = (service: string): string => join(SERVICES, `${service}.pid`)

export const serviceLog = (service: string): string => join(LOGS, `${service}.log`)

/** What `npm run reset` removes. */
export const RESETTABLE: readonly string[] = [DATA, SECURE_DATA, LOGS, FAULTS, SERVICES, PROMETHEUS, ENVIRONMENT]
