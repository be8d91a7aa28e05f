import { setTimeout as sleep } from 'node:timers/promises'
import type { ConsoleContext, Work } from '../part.ts'
import { sendStep } from './send.ts'
import { concludeStep, endReplay, giveReplayBack, keepReplay, type Lease, nextItems, takeReplay } from './steps.ts'

/** Replays that one instance sends at the same time. */
const atOnce = 4
/** For what an instance that has ended has left behind; a new replay is heard of at once. */
const lookEveryMs = 5_000
const againAfterMs = 1_000

/**
 * Sends what was staged. What an instance had begun when it was killed another goes on with, when the lease is over: it may send
 * one step a second time, which the endpoint's inbox drops.
 */
export function startWorker(context: ConsoleContext): Work {
  const { pool, hub, instance, log } = context
  const ending = new AbortController()
  const ended = ending.signal
  const running = new Set<Promise<void>>()
  let wake = Promise.withResolvers<void>()
  const pause = (ms: number) => sleep(ms, undefined, { signal: ended }).catch(() => undefined)
  const leave = hub.listen(({ event }) => event === 'replay' && wake.resolve())

  const look = async () => {
    while (running.size < atOnce && !ended.aborted) {
      const lease = await takeReplay(pool, instance)
      if (lease === undefined) return
      const sending = send(context, lease, { ended, pause }).finally(() => {
        running.delete(sending)
        wake.resolve()
      })
      running.add(sending)
    }
  }
  const keepLooking = async () => {
    while (!ended.aborted) {
      wake = Promise.withResolvers()
      await look().catch((error: unknown) => log.warn({ err: error }, 'cannot look for replays; trying again'))
      await Promise.race([wake.promise, pause(lookEveryMs)])
    }
  }
  const looking = keepLooking()
  return {
    async close() {
      leave()
      ending.abort()
      await looking
      await Promise.all(running)
    },
  }
}

interface Sending {
  readonly ended: AbortSignal
  readonly pause: (ms: number) => Promise<unknown>
}

/** Sends a replay to its end, or until somebody else has it. Never rejects. */
async function send(context: ConsoleContext, lease: Lease, { ended, pause }: Sending): Promise<void> {
  const { pool, instance, metrics, log } = context
  let dueAt = Date.now()
  while (!ended.aborted) {
    try {
      if (!(await keepReplay(pool, lease, instance))) return
      const items = await nextItems(pool, lease)
      if (items.length === 0) {
        await endReplay(pool, lease)
        return
      }
      const done = await sendStep(context, lease, items)
      metrics.messagesReplayed(done.sent.length)
      await concludeStep(pool, lease, done)
      dueAt = Math.max(dueAt, Date.now() - 1_000) + (items.length / lease.rate_per_second) * 1_000
      if (dueAt > Date.now()) await pause(dueAt - Date.now())
    } catch (error) {
      log.warn({ err: error, replay: lease.id }, 'cannot send a replay; trying again')
      await pause(againAfterMs)
    }
  }
  await giveReplayBack(pool, lease, instance).catch((error: unknown) =>
    log.info({ err: error, replay: lease.id }, 'could not give a replay back; another instance goes on when the lease is over'),
  )
}
