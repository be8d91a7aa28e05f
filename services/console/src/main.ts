import { ownSettings, processLog } from '@petrel/messaging'
import { processRegistry, startProgramOps } from '@petrel/messaging/metrics'
import { startConsole } from './console.ts'
import { settingsSchema } from './settings.ts'

const name = 'console'
const settings = ownSettings(name, settingsSchema, process.env)
const log = processLog(name, settings.LOG_LEVEL)
const registry = processRegistry(name)

const running = await startConsole({ settings, log, registry }).catch((error: unknown): never => {
  process.stderr.write(`${name} cannot start. ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
const ops = settings.OPS_PORT === undefined ? undefined : await startProgramOps({ port: settings.OPS_PORT, log, registry })
log.info({ event: 'open', url: running.url }, `the console is at ${running.url}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    Promise.all([running.close(), ops?.close()]).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the console could not stop in order; what it had begun goes on when it starts again')
        process.exit(1)
      },
    )
  })
