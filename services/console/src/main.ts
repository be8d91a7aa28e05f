import { ownSettings, processLog } from '@petrel/messaging'
import { processRegistry, startProgramOps } from '@petrel/messaging/metrics'
import { startConsole } from './console.ts'
import { settingsSchema } from './settings.ts'

const name = 'console'
const signals = ['SIGTERM', 'SIGINT'] as const
const settings = ownSettings(name, settingsSchema, process.env)
const log = processLog(name, settings.LOG_LEVEL)
const registry = processRegistry(name)

// Until there is something to bring to an end. Without a listener the first process of a container ignores the signal.
const endAtOnce = () => process.exit(0)
for (const signal of signals) process.once(signal, endAtOnce)

let isOpen = false
const ops = await openOps(settings.OPS_PORT).catch(cannotStart)
const running = await startConsole({ settings, log, registry }).catch(cannotStart)
isOpen = true
log.info({ event: 'open', url: running.url }, `the console is at ${running.url}`)

for (const signal of signals) {
  process.off(signal, endAtOnce)
  process.once(signal, () => {
    Promise.all([running.close(), ops?.close()]).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the console could not stop in order; what it had begun goes on when it starts again')
        process.exit(1)
      },
    )
  })
}

async function openOps(port: number | undefined) {
  return port === undefined ? undefined : startProgramOps({ port, log, registry, isReady: () => isOpen })
}

function cannotStart(error: unknown): never {
  process.stderr.write(`${name} cannot start. ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
