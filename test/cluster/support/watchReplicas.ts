import { setTimeout as sleep } from 'node:timers/promises'
import { kubectl } from './kubectl.ts'

/** How many pods of a deployment were wanted and ready at a moment, in milliseconds since the watch began. */
export interface Replicas {
  readonly atMs: number
  readonly wanted: number
  readonly ready: number
}

export interface ReplicaWatch {
  /** Every change so far. */
  readonly seen: readonly Replicas[]
  /** Resolves with the first moment, from now on, at which so many are ready. @throws Error when the time is over */
  until(ready: (replicas: Replicas) => boolean, withinMs: number): Promise<Replicas>
  stop(): Promise<void>
}

/** Looks at a deployment twice a second. */
export function watchReplicas(namespace: string, deployment: string): ReplicaWatch {
  const began = Date.now()
  const seen: Replicas[] = []
  const stopped = new AbortController()
  const look = async () => {
    const text = await kubectl([
      'get',
      'deployment',
      deployment,
      '-n',
      namespace,
      '-o',
      'jsonpath={.spec.replicas} {.status.readyReplicas}',
    ])
    const [wanted = 0, ready = 0] = text.trim().split(' ').map(Number)
    const now = { atMs: Date.now() - began, wanted, ready }
    const last = seen.at(-1)
    if (now.wanted !== last?.wanted || now.ready !== last.ready) seen.push(now)
  }
  const looking = (async () => {
    while (!stopped.signal.aborted) {
      await look()
      await sleep(500)
    }
  })()
  return {
    seen,
    async until(isSo, withinMs) {
      const deadline = Date.now() + withinMs
      for (;;) {
        const now = seen.at(-1)
        if (now !== undefined && isSo(now)) return now
        if (Date.now() > deadline) throw new Error(`${deployment} after ${withinMs / 1000} s: ${JSON.stringify(seen)}`)
        await Promise.race([looking, sleep(100)])
      }
    },
    async stop() {
      stopped.abort()
      await looking
    },
  }
}
