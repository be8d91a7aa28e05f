import { servicePid } from './folders.ts'
import { holderOf } from './pidFile.ts'
import { assertService } from './serviceProcess.ts'
import { told } from './told.ts'

// `npm run stop billing`: one service finishes what it has in hand and goes; the rest goes on.
await told('stop', async (service) => {
  assertService(service)
  const pid = holderOf(servicePid(service))
  if (pid === undefined) return console.log(`${service} does not run.`)
  process.kill(pid, 'SIGTERM')
  while (holderOf(servicePid(service)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 50))
  console.log(`${service} is stopped. Start it again: npm run service ${service}`)
})
