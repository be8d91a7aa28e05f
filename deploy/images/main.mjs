// The first file of every container: starts the one service that is in it.
import { readdirSync } from 'node:fs'

// Nobody ends the first process of a container by default: until the service listens, a signal would be lost, and the cluster
// would wait for its whole patience and then kill.
const signals = ['SIGTERM', 'SIGINT']
const endAtOnce = (signal) => process.listenerCount(signal) > 1 || process.exit(0)
for (const signal of signals) process.on(signal, endAtOnce)

const [service] = readdirSync(new URL('services', import.meta.url))
await import(`./services/${service}/src/main.ts`)

for (const signal of signals) process.off(signal, endAtOnce)
