import { setTimeout as sleep } from 'node:timers/promises'
import { servicePid } from './folders.ts'
import type { Exit, GuardedProcess } from './guardedProcess.ts'
import { claim, holderOf, release } from './pidFile.ts'
import type { Log } from './problem.ts'
import { openServiceLog } from './serviceLog.ts'
import { hasEndpoint, startServiceProcess } from './serviceProcess.ts'

/** Services that are kept running. */
export interface Supervisor {
  /** Starts a service, unless somebody runs it already; resolves when it handles messages, or has ended without. */
  run(service: string, env: Readonly<Record<string, string>>): Promise<void>
  /** Stops all, side by side, in good order. */
  stop(): Promise<void>
}

/** A service that ran this long was healthy: its next crash is a new one. */
const HEALTHY_MS = 30_000
const LONGEST_PAUSE_MS = 30_000

/**
 * Starts services and starts them again when they die, later each time. One that ended with 0 was stopped by a person
 * (`npm run stop billing`): it stays away until `npm run service billing`.
 */
export function supervisor(log: Log): Supervisor {
  const running = new Map<string, GuardedProcess>()
  const over = new AbortController()

  async function keepRunning(service: string, env: Readonly<Record<string, string>>, onReady: () => void): Promise<void> {
    const serviceLog = openServiceLog(service, log)
    serviceLog.onEvent((event) => event === 'joined' && onReady())
    for (let crashes = 0; !over.signal.aborted;) {
      const began = Date.now()
      const child = await startServiceProcess(service, env, (line) => serviceLog.line(line))
      running.set(service, child)
      // What hears no messages has nothing to join.
      if (!hasEndpoint(service)) onReady()
      claim(servicePid(service), child.pid)
      const exit = await child.exited
      onReady()
      running.delete(service)
      release(servicePid(service))
      if (over.signal.aborted) return
      if (exit.code === 0) return log(`${service} was stopped. Start it again: npm run service ${service}`)
      crashes = Date.now() - began > HEALTHY_MS ? 1 : crashes + 1
      const pauseMs = pauseAfter(crashes)
      log(`${service} ended (${howItEnded(exit)}); starting it again in ${pauseMs / 1000} s.`)
      await sleep(pauseMs, undefined, { signal: over.signal }).catch(() => {})
    }
  }

  return {
    run: (service, env) =>
      new Promise((resolve, reject) => {
        const holder = holderOf(servicePid(service))
        if (holder === undefined) keepRunning(service, env, resolve).then(resolve, reject)
        else resolve(log(`${service} already runs in another terminal (process ${holder}).`))
      }),
    async stop() {
      over.abort()
      await Promise.all([...running.values()].map((child) => child.stop()))
    },
  }
}

/** 1, 2, 4 … seconds, at most half a minute. */
export const pauseAfter = (crashes: number): number => Math.min(1000 * 2 ** (crashes - 1), LONGEST_PAUSE_MS)

export const howItEnded = ({ code, signal }: Exit): string => (signal ? `killed with ${signal}` : `exit code ${code}`)
