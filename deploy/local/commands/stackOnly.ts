import { join } from 'node:path'
import { LOCAL } from '../folders.ts'
import { Problem } from '../problem.ts'
import { progress } from '../progress.mjs'
import { startStack } from '../stack/stack.ts'

// The stack alone, without services, on ports of its own: for working on Petrel itself. Runs until Ctrl-C.
const { print, during } = progress()
const stack = await startStack({
  dataDir: join(LOCAL, 'dev'),
  jarsDir: join(LOCAL, 'jars'),
  ports: { kafka: 29_092, kafkaController: 29_093, registry: 28_081, postgres: 25_432 },
  log: print,
  during,
}).catch((error: unknown) => {
  console.error(error instanceof Problem ? error.message : error)
  process.exit(1)
})
console.log(`KAFKA_BROKERS=${stack.kafkaBrokers}\nSCHEMA_REGISTRY_URL=${stack.registryUrl}\nDATABASE_URL=${stack.databaseUrl}`)
console.log(JSON.stringify(stack.pids()))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => void stack.stop().then(() => process.exit(0)))
setInterval(() => {}, 1 << 30)
