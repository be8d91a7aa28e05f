import { setTimeout as sleep } from 'node:timers/promises'
import { servicePid } from '../folders.ts'
import type { PrintLine } from '../problem.ts'
import { backOff } from './backOff.ts'
import { endOrphan } from './child.ts'
import { type GuardedProcess, howItEnded, letOthersGoFirst } from './guardedProcess.ts'
import { claim, release } from './pidFile.ts'
import { openServiceLog, type Shown } from './serviceLog.ts'
import { hasEndpoint, isFrontEnd, startServiceProcess } from './serviceProcess.ts'
import type { SystemState } from './systemState.ts'

/** Services that are kept running: each is started again when it dies, later each time. */
export interface Supervisor {
  /** Starts a service unless it runs; resolves when it handles messages, or has ended before. */
  start(service: string): Promise<void>
  /** Stops a service in good order; it stays away until it is started again. */
  stop(service: string): Promise<void>
  /** Stops all, side by side. */
  stopAll(): Promise<void>
}

export interface SupervisorOptions {
  /** What each service reads from its environment. */
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly state: SystemState
  /** Lines of the supervisor. */
  readonly print: PrintLine
  /** Warnings of the services. */
  readonly show: (shown: Shown) => void
}

interface Running {
  readonly over: AbortController
  readonly ready: Promise<void>
  readonly ended: Promise<void>
}

export function supervisor(options: SupervisorOptions): Supervisor {
  const running = new Map<string, Running>()

  function start(service: string): Promise<void> {
    const runs = running.get(service)
    if (runs) return runs.ready
    const over = new AbortController()
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
    const ended = keepRunning(service, options, over.signal, resolve).finally(() => running.delete(service))
    ended.then(resolve, reject)
    running.set(service, { over, ready, ended })
    return ready
  }

  async function stop(service: string): Promise<void> {
    running.get(service)?.over.abort()
    await running.get(service)?.ended
  }

  return {
    start,
    async stop(service) {
      await stop(service)
      options.print(stopped(service))
    },
    stopAll: async () => void (await Promise.all([...running.keys()].map(stop))),
  }
}

/** Until the signal stops it, or it ends with 0: somebody has stopped it by hand. */
async function keepRunning(
  service: string,
  { environments, state, print, show }: SupervisorOptions,
  over: AbortSignal,
  onReady: () => void,
): Promise<void> {
  const log = openServiceLog(service, show, print)
  const nextPause = backOff()
  let endedAt: number | undefined
  const isUp = () => {
    if (endedAt !== undefined) print(`${service} is back after ${seconds(Date.now() - endedAt)}.`)
    endedAt = undefined
    state.set(service, 'up')
    onReady()
  }
  log.onEvent((event) => event === 'joined' && isUp())
  state.set(service, 'starting')
  await endOrphan(servicePid(service))
  while (!over.aborted) {
    const startedAt = Date.now()
    const child = await startServiceProcess(service, environments[service] ?? {}, (line) => log.line(line))
    if (!isFrontEnd(service)) letOthersGoFirst(child)
    claim(servicePid(service), child.pid)
    // A service without an endpoint has no consumer group to join.
    if (!hasEndpoint(service)) isUp()
    const { code, how } = await untilEnded(child, over)
    release(servicePid(service))
    if (code === 0 && !over.aborted) print(stopped(service))
    if (code === 0 || over.aborted) break
    endedAt ??= Date.now()
    state.set(service, 'restarting')
    onReady()
    const pauseMs = nextPause(Date.now() - startedAt)
    print(`${service} ended (${how}); starting it again in ${seconds(pauseMs)}. Its messages wait.`)
    await sleep(pauseMs, undefined, { signal: over }).catch(() => {})
  }
  state.set(service, 'stopped')
}

async function untilEnded(child: GuardedProcess, over: AbortSignal): Promise<{ code: number | null; how: string }> {
  const stop = () => void child.stop()
  over.addEventListener('abort', stop)
  if (over.aborted) stop()
  const exit = await child.exited
  over.removeEventListener('abort', stop)
  return { code: exit.code, how: howItEnded(exit) }
}

const stopped = (service: string) => `${service} is stopped. Start it again: npm run service ${service}`

const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`
