import { ownSettings, processLog } from '@petrel/messaging'
import { processRegistry, startProgramOps } from '@petrel/messaging/metrics'
import { type Console, startConsole } from './console.ts'
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
sayWhoMayEnter(running)

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

function sayWhoMayEnter({ url }: Console): void {
  const isOnlyHere = ['127.0.0.1', '::1', 'localhost'].includes(settings.CONSOLE_HOST)
  if (isOnlyHere) log.info({ access: 'open' }, 'there is no login: whoever works on this machine may do everything')
  else
    log.warn({ access: 'open', url }, 'there is no login, and other machines reach the console: whoever does may do everything')
}
