import { readEnvironmentFile } from './environmentFile.ts'
import { START_PID, servicePid } from './folders.ts'
import { claim, holderOf, release } from './pidFile.ts'
import { Problem } from './problem.ts'
import { openServiceLog } from './serviceLog.ts'
import { assertService, startServiceProcess } from './serviceProcess.ts'
import { howItEnded } from './supervisor.ts'
import { untilToldToStop } from './untilToldToStop.ts'

// `npm run service billing`: one service alone, against the running system, until Ctrl-C.
const end = untilToldToStop()

try {
  await runAlone(process.argv[2])
} catch (error) {
  console.error(error instanceof Problem ? error.message : error)
  process.exitCode = 1
}
process.exit()

async function runAlone(service: string | undefined): Promise<void> {
  if (!service) throw new Problem('Which service? For example: npm run service billing')
  assertService(service)
  const { services } = await readEnvironmentFile()
  const system = holderOf(START_PID)
  if (system === undefined) throw new Problem('The local system does not run. Start it first: npm start')
  const holder = holderOf(servicePid(service))
  if (holder !== undefined)
    throw new Problem(`${service} already runs (process ${holder}). Stop it first: npm run stop ${service}`)

  const env = services[service]
  if (env === undefined)
    throw new Problem(`The running system does not know ${service} yet: stop it and start it again, npm start`)
  const log = openServiceLog(service, console.log)
  log.onEvent((event) => event === 'joined' && console.log(`${service} handles messages. Stop it with Ctrl-C.`))
  const child = await startServiceProcess(service, env, (line) => log.line(line))
  claim(servicePid(service), child.pid)
  const ended = await Promise.race([child.exited, end.requested, systemGone()])
  await child.stop()
  release(servicePid(service))
  if (ended && ended.code !== 0) throw new Problem(`${service} ended: ${howItEnded(ended)}`)
}

/** Nothing of the local system outlives it. */
function systemGone(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (holderOf(START_PID) !== undefined) return
      clearInterval(timer)
      console.log('The local system was stopped.')
      resolve()
    }, 1000)
  })
}
