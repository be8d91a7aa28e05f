import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { faultFile } from '../folders.ts'
import { Problem } from '../problem.ts'
import { assertService, hasEndpoint, keptServices } from '../processes/serviceProcess.ts'
import type { Supervisor } from '../processes/supervisor.ts'
import type { SystemState } from '../processes/systemState.ts'
import type { Controls, ServiceNow } from './controlServer.ts'

/** What `npm run service|stop|break|mend` do, in the process that runs the system. @param known the services that were deployed at its start */
export function serviceActions(
  services: Supervisor,
  state: SystemState,
  known: readonly string[],
): Omit<Controls['actions'], 'replay'> {
  const stateOf = (service: string) => state.parts().find(({ name }) => name === service)?.state
  const assertKnown = (service: string) => {
    assertService(service)
    if (known.includes(service)) return
    throw new Problem(`The running system does not know ${service} yet: stop it (Ctrl-C) and start it again, npm start`)
  }
  return {
    async start(service) {
      assertKnown(service)
      if (stateOf(service) === 'up') return `${service} already runs.`
      await services.start(service)
      if (stateOf(service) !== 'up') throw new Problem(`${service} does not start; the terminal of npm start says why.`)
      return `${service} runs. Its warnings appear in the terminal of npm start.`
    },
    async stop(service) {
      assertKnown(service)
      if (stateOf(service) === 'stopped') return `${service} does not run.`
      await services.stop(service)
      return `${service} is stopped. Start it again: npm run service ${service}`
    },
    async break(service, fault = `${service} is broken on purpose; npm run mend ${service}`) {
      assertKnown(service)
      if (!hasEndpoint(service))
        throw new Problem(`${service} handles no messages: there is nothing to break. Stop it instead: npm run stop ${service}`)
      const file = faultFile(service)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, `${fault}\n`)
      return `${service} is broken: every message that it gets fails. Mend it: npm run mend ${service}`
    },
    async mend(service) {
      assertKnown(service)
      if (!existsSync(faultFile(service))) return `${service} was not broken.`
      await rm(faultFile(service), { force: true })
      return `${service} is mended. Send again what failed for good: npx petrel replay ${service}`
    },
  }
}

/** How the services are that were deployed. */
export const servicesNow = (state: SystemState, known: readonly string[]): ServiceNow[] =>
  keptServices()
    .filter((name) => known.includes(name))
    .map((name) => ({
      name,
      isRunning: state.parts().some((part) => part.name === name && part.state === 'up'),
      fault: faultOf(name),
      canBreak: hasEndpoint(name),
    }))

function faultOf(service: string): string | null {
  try {
    return readFileSync(faultFile(service), 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
