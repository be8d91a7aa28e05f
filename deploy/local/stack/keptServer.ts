import { setTimeout as sleep } from 'node:timers/promises'
import { backOff } from '../processes/backOff.ts'
import { type Child, isDiskFull } from '../processes/child.ts'
import { howItEnded } from '../processes/guardedProcess.ts'
import type { PrintLine } from '../problem.ts'

/** A server that is started again whenever it ends, on the same data and port. */
export interface KeptServer {
  readonly name: string
  /** Changes when it is started again. */
  pid(): number
  /** Ends it with the signal (SIGKILL for a crash); resolves when it runs again. */
  restart(signal?: NodeJS.Signals): Promise<void>
  stop(): Promise<void>
}

export interface KeepOptions {
  readonly log: PrintLine
  /** Gives up the first start. */
  readonly signal?: AbortSignal | undefined
  /** Called with false when it has ended, and with true when it runs again. */
  readonly onChange: (isUp: boolean) => void
}

/** Starts a server; resolves when it runs. @param start resolves when the server is ready @throws what `start` throws the first time */
export async function keepServer(start: (signal: AbortSignal) => Promise<Child>, options: KeepOptions): Promise<KeptServer> {
  const { log, onChange } = options
  const over = new AbortController()
  const nextPause = backOff()
  let child = await start(options.signal ?? over.signal)
  let startedAt = Date.now()
  let back = Promise.withResolvers<void>()
  const kept = keep()

  async function keep(): Promise<void> {
    for (;;) {
      const exit = await child.exited
      if (over.signal.aborted) return
      const endedAt = Date.now()
      onChange(false)
      const again = await startAgain(`${child.name} ended (${howItEnded(exit)})${isDiskFull(child) ? ': the disk is full' : ''}`)
      if (!again) return
      child = again
      log(`${child.name} is back after ${seconds(Date.now() - endedAt)}.`)
      onChange(true)
      back.resolve()
      back = Promise.withResolvers()
    }
  }

  /** @returns undefined when it is to stop meanwhile */
  async function startAgain(whatHappened: string): Promise<Child | undefined> {
    for (let line = whatHappened; ;) {
      const pauseMs = nextPause(Date.now() - startedAt)
      log(`${line}; starting it again in ${seconds(pauseMs)}. What needs it waits; nothing is lost.`)
      await sleep(pauseMs, undefined, { signal: over.signal }).catch(() => {})
      if (over.signal.aborted) return undefined
      startedAt = Date.now()
      try {
        return await start(over.signal)
      } catch (error) {
        if (over.signal.aborted) return undefined
        line = `${child.name} does not start: ${firstSentence(error)}`
      }
    }
  }

  return {
    name: child.name,
    pid: () => child.pid,
    async restart(signal) {
      const running = back.promise
      await child.stop(signal)
      await running
    },
    async stop() {
      over.abort()
      await child.stop()
      await kept
    },
  }
}

const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`

/** The last lines of its log follow in such a message; here they would hide the others. */
const firstSentence = (error: unknown) => (error instanceof Error ? error.message : String(error)).split(/[.:]?\n|\. /)[0]
