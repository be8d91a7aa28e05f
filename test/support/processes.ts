import type { Exit, GuardedProcess } from '../../deploy/local/processes/guardedProcess.ts'
import { startServiceProcess } from '../../deploy/local/processes/serviceProcess.ts'

/** A line of a service's log; one that is not JSON (a crash's stack trace, say) has only `msg`. */
export interface LogLine {
  readonly event?: string
  readonly level?: number
  readonly msg?: string
  readonly [field: string]: unknown
}

/** A service that runs as a process of its own. */
export interface RunningService {
  readonly name: string
  readonly pid: number
  /** Everything it has logged so far. */
  readonly logs: readonly LogLine[]
  readonly exited: Promise<Exit>
  hasExited(): boolean
  /** Resolves with the first line, logged already or still to come, that fits. @throws with the end of the log when it ends first or the time is over. */
  logged(fits: (line: LogLine) => boolean, withinMs?: number): Promise<LogLine>
  /** Sends the signal and waits until the process is gone. */
  kill(signal: NodeJS.Signals): Promise<Exit>
  /** In good order: SIGTERM. */
  stop(): Promise<void>
}

/** Starts `services/<name>` of the project in `root` with exactly this in its environment (beside ours); resolves at once, see {@link joined}. */
export const startProcess = (name: string, env: Readonly<Record<string, string>>, root?: string): Promise<RunningService> =>
  watched(name, (onLine) => startServiceProcess(name, env, onLine, root))

/** @param start starts the process, and calls `onLine` with every line that it writes */
export async function watched(
  name: string,
  start: (onLine: (line: string) => void) => Promise<GuardedProcess>,
): Promise<RunningService> {
  const logs: LogLine[] = []
  const listeners = new Set<() => void>()
  const child = await start((text) => {
    logs.push(parse(text))
    for (const listener of listeners) listener()
  })
  return {
    name,
    pid: child.pid,
    logs,
    exited: child.exited,
    hasExited: () => child.hasExited(),
    logged: (fits, withinMs = 60_000) =>
      new Promise((resolve, reject) => {
        const settle = (outcome: () => void) => {
          listeners.delete(look)
          clearTimeout(timer)
          outcome()
        }
        const look = () => {
          const found = logs.find(fits)
          if (found) settle(() => resolve(found))
        }
        const fail = (why: string) => settle(() => reject(new Error(`${name} ${why}. Its last lines:\n${tail(logs)}`)))
        const timer = setTimeout(() => fail(`did not log what was waited for within ${withinMs} ms`), withinMs)
        listeners.add(look)
        void child.exited.then(({ code, signal }) => fail(`ended (${signal ?? code})`))
        look()
      }),
    async kill(signal) {
      child.kill(signal)
      return child.exited
    },
    stop: () => child.stop(),
  }
}

/** Resolves when the service's consumers have their partitions. */
export const joined = (service: RunningService): Promise<LogLine> => service.logged(({ event }) => event === 'joined')

function parse(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine
  } catch {
    return { msg: text }
  }
}

const tail = (logs: readonly LogLine[]) =>
  logs
    .slice(-15)
    .map((line) => JSON.stringify(line))
    .join('\n')
